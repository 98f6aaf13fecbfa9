/** Events of Copilot CLI. */
import { hunksOf, unified } from '../trail-diff.ts';
import { cwdOf, iso, namedCall, sessionId, startOf, type Writer } from './call.ts';

export const copilot: Writer = (session, id) => {
  let last: string | null = null;
  const entry = (type: string, seconds: number, data: object): object => {
    const own = sessionId(`${id} ${last}`);
    const made = { type, data, id: own, timestamp: iso(seconds), parentId: last };
    last = own;
    return made;
  };
  const start = startOf(session);
  const cwd = cwdOf(session);
  const entries = [
    entry('session.start', start, {
      sessionId: id,
      version: 1,
      producer: 'copilot-agent',
      copilotVersion: '1.0.64',
      startTime: iso(start),
      context: { cwd, gitRoot: cwd },
    }),
    entry('session.model_change', start, { newModel: 'model-test' }),
    entry('user.message', start, {
      content: `Work of ${session.name}.`,
      attachments: [],
      interactionId: 'i1',
    }),
  ];
  for (const [at, call] of session.calls.entries()) {
    const { name, args } = namedCall(call, {
      shell: 'bash',
      edit: 'edit',
      write: 'create',
      path: 'path',
      before: 'old_str',
      after: 'new_str',
      text: 'file_text',
    });
    const toolCallId = `toolu_${id.slice(0, 4)}${at}`;
    const shared = { toolCallId, turnId: String(at) };
    entries.push(entry('assistant.turn_start', call.seconds, { turnId: String(at), interactionId: 'i1' }));
    entries.push(
      entry('assistant.message', call.seconds, {
        messageId: `m${at}`,
        model: 'model-test',
        content: '',
        toolRequests: [{ toolCallId, name, arguments: args, type: 'function' }],
        interactionId: 'i1',
        turnId: String(at),
        outputTokens: 10,
      }),
    );
    entries.push(entry('tool.execution_start', call.seconds, { ...shared, toolName: name, arguments: args }));
    const outcome = call.failed
      ? { success: false, error: { message: 'No match found', code: 'failure' } }
      : {
          success: true,
          result: {
            content: `File ${call.path} updated with changes.`,
            detailedContent: `\ndiff --git a/${call.path} b/${call.path}\n${unified(hunksOf(call.before ?? '', call.after ?? ''))}`,
          },
        };
    entries.push(
      entry('tool.execution_complete', call.seconds + 1, {
        ...shared,
        model: 'model-test',
        interactionId: 'i1',
        ...outcome,
        toolTelemetry: {},
      }),
    );
    entries.push(entry('assistant.turn_end', call.seconds + 1, { turnId: String(at) }));
  }
  return { file: `${id}.events.jsonl`, entries };
};
