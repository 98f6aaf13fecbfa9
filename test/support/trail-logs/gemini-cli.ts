/** Documents of Gemini CLI. */
import { createHash } from 'node:crypto';
import { hunksOf, unified } from '../trail-diff.ts';
import { cwdOf, isCommand, iso, namedCall, sessionId, startOf, type Writer } from './call.ts';

export const gemini: Writer = (session, id) => {
  const start = startOf(session);
  const messages: object[] = [
    {
      id: sessionId(`${id} 0`),
      timestamp: iso(start),
      type: 'user',
      content: [{ text: `Work of ${session.name}.` }],
    },
  ];
  for (const [at, call] of session.calls.entries()) {
    const { name, args } = namedCall(call, {
      shell: 'run_shell_command',
      edit: 'replace',
      write: 'write_file',
      path: 'file_path',
      before: 'old_string',
      after: 'new_string',
      text: 'content',
    });
    const callId = `${name}-${at}`;
    const response = call.failed
      ? { error: 'Failed to edit, could not find the string to replace.' }
      : { output: 'Successfully modified file' };
    const shown =
      isCommand(call) || call.failed
        ? ''
        : {
            fileDiff: `--- ${call.path}\tCurrent\n+++ ${call.path}\tProposed\n${unified(hunksOf(call.before ?? '', call.after ?? ''))}`,
            fileName: call.path,
            ...(session.showsFiles === false ? {} : { originalContent: call.before, newContent: call.after }),
          };
    messages.push({
      id: sessionId(`${id} ${at + 1}`),
      timestamp: iso(call.seconds),
      type: 'gemini',
      content: '',
      model: 'gemini-test',
      thoughts: [],
      tokens: { input: 100, output: 10, cached: 0, thoughts: 0, tool: 0, total: 110 },
      toolCalls: [
        {
          id: callId,
          name,
          args,
          result: [{ functionResponse: { id: callId, name, response } }],
          status: call.failed ? 'error' : 'success',
          timestamp: iso(call.seconds),
          resultDisplay: shown,
        },
      ],
    });
  }
  const last = session.calls.at(-1)?.seconds ?? start;
  const projectHash = createHash('sha256').update(cwdOf(session)).digest('hex');
  return {
    file: `session-${id.slice(0, 8)}.json`,
    entries: {
      sessionId: id,
      projectHash,
      startTime: iso(start),
      lastUpdated: iso(last),
      kind: 'main',
      directories: [cwdOf(session)],
      messages,
    },
  };
};
