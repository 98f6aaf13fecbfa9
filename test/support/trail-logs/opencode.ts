/** Exports of OpenCode. */
import { hunksOf, unified } from '../trail-diff.ts';
import { absolute, cwdOf, namedCall, startOf, type Writer } from './call.ts';

export const opencode: Writer = (session, id) => {
  const sessionID = `ses_${id.replaceAll('-', '').slice(0, 26)}`;
  const cwd = cwdOf(session);
  const start = startOf(session) * 1000;
  const model = { providerID: 'test', modelID: 'model-test' };
  const first = `msg_${id.slice(0, 8)}0000`;
  const messages: object[] = [
    {
      info: { id: first, sessionID, role: 'user', time: { created: start }, agent: 'build', model },
      parts: [
        {
          id: `prt_${id.slice(0, 8)}0000`,
          sessionID,
          messageID: first,
          type: 'text',
          text: `Work of ${session.name}.`,
        },
      ],
    },
  ];
  for (const [at, call] of session.calls.entries()) {
    const messageID = `msg_${id.slice(0, 8)}${1001 + at}`;
    const { name, args } = namedCall(call, {
      shell: 'bash',
      edit: 'edit',
      write: 'write',
      path: 'filePath',
      before: 'oldString',
      after: 'newString',
      text: 'content',
    });
    const time = { start: call.seconds * 1000, end: call.seconds * 1000 + 900 };
    const filediff = {
      file: absolute(call),
      before: call.before ?? '',
      after: call.after ?? '',
      additions: 0,
      deletions: 0,
    };
    const metadata =
      name === 'edit'
        ? {
            diff: `--- ${call.path}\n+++ ${call.path}\n${unified(hunksOf(call.before ?? '', call.after ?? ''))}`,
            ...(session.showsFiles === false ? {} : { filediff }),
          }
        : {};
    const state = call.failed
      ? { status: 'error', input: args, error: 'oldString not found in content', time }
      : {
          status: 'completed',
          input: args,
          output: 'Edit applied successfully.',
          title: call.path,
          metadata,
          time,
        };
    messages.push({
      info: {
        id: messageID,
        sessionID,
        role: 'assistant',
        time: { created: call.seconds * 1000, completed: time.end },
        parentID: first,
        ...model,
        mode: 'build',
        agent: 'build',
        path: { cwd, root: cwd },
        cost: 0,
        tokens: { input: 100, output: 10, reasoning: 0, cache: { read: 0, write: 0 } },
        finish: 'tool-calls',
      },
      parts: [
        {
          id: `prt_${id.slice(0, 8)}${1001 + at}`,
          sessionID,
          messageID,
          type: 'tool',
          callID: `toolu_${id.slice(0, 4)}${at}`,
          tool: name,
          state,
        },
      ],
    });
  }
  const info = {
    id: sessionID,
    slug: 'quiet-otter',
    projectID: id.replaceAll('-', '').slice(0, 20),
    directory: cwd,
    title: session.name,
    version: '1.2.16',
    time: { created: start, updated: (session.calls.at(-1)?.seconds ?? 0) * 1000 },
  };
  return { file: `${sessionID}.json`, id: sessionID, entries: { info, messages } };
};
