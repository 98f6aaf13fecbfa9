/** Sessions of Pi. */
import { hunksOf } from '../trail-diff.ts';
import { type Call, cwdOf, iso, namedCall, sessionId, startOf, type Writer } from './call.ts';

export const pi: Writer = (session, id) => {
  let last: string | null = null;
  const entry = (type: string, seconds: number, more: object): object => {
    const own = sessionId(`${id} ${last}`).slice(0, 8);
    const made = { type, id: own, parentId: last, timestamp: iso(seconds), ...more };
    last = own;
    return made;
  };
  const start = startOf(session);
  const entries: object[] = [
    { type: 'session', version: 3, id, timestamp: iso(start), cwd: cwdOf(session) },
    entry('model_change', start, { provider: 'test', modelId: 'model-test' }),
    entry('message', start, {
      message: {
        role: 'user',
        content: [{ type: 'text', text: `Work of ${session.name}.` }],
        timestamp: start * 1000,
      },
    }),
  ];
  const usage = {
    input: 100,
    output: 10,
    cacheRead: 0,
    cacheWrite: 0,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
  };
  for (const [at, call] of session.calls.entries()) {
    const { name, args } = namedCall(call, {
      shell: 'bash',
      edit: 'edit',
      write: 'write',
      path: 'path',
      before: 'oldText',
      after: 'newText',
      text: 'content',
    });
    const toolCallId = `call_${at}`;
    const timestamp = call.seconds * 1000;
    entries.push(
      entry('message', call.seconds, {
        message: {
          role: 'assistant',
          content: [{ type: 'toolCall', id: toolCallId, name, arguments: args }],
          api: 'test-messages',
          provider: 'test',
          model: 'model-test',
          usage,
          stopReason: 'toolUse',
          timestamp,
        },
      }),
    );
    const details = name === 'edit' && !call.failed ? { details: { diff: numbered(call) } } : {};
    entries.push(
      entry('message', call.seconds + 1, {
        message: {
          role: 'toolResult',
          toolCallId,
          toolName: name,
          content: [
            {
              type: 'text',
              text: call.failed ? 'Could not find the exact text' : 'Successfully replaced text.',
            },
          ],
          isError: call.failed,
          timestamp: timestamp + 1000,
          ...details,
        },
      }),
    );
  }
  return { file: `2026-03-01T10-00-00-000Z_${id}.jsonl`, entries };
};

/** Lines with mark and number, as Pi shows an edit. */
function numbered({ before, after }: Call): string {
  const rows: string[] = [];
  for (const hunk of hunksOf(before ?? '', after ?? '', 4)) {
    let [left, right] = [hunk.oldStart, hunk.newStart];
    for (const line of hunk.lines) {
      rows.push(
        `${line[0]}${String(line.startsWith('-') || line.startsWith(' ') ? left : right).padStart(3)} ${line.slice(1)}`,
      );
      if (!line.startsWith('+')) left += 1;
      if (!line.startsWith('-')) right += 1;
    }
  }
  return rows.join('\n');
}
