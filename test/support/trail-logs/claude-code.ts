/** Logs of Claude Code. */
import { hunksOf } from '../trail-diff.ts';
import {
  absolute,
  type Call,
  commandOf,
  cwdOf,
  isCommand,
  iso,
  sessionId,
  startOf,
  type Writer,
} from './call.ts';

export const claudeCode: Writer = (session, id) => {
  const common = {
    isSidechain: false,
    userType: 'external',
    cwd: cwdOf(session),
    sessionId: id,
    version: '2.1.37',
  };
  let last: string | null = null;
  const entry = (type: string, seconds: number, content: unknown, more: object = {}): object => {
    const uuid = sessionId(`${id} ${last}`);
    const made = {
      parentUuid: last,
      ...common,
      type,
      message: {
        role: type,
        ...(type === 'assistant' ? { model: 'claude-test-1', id: `msg_${uuid.slice(0, 8)}` } : {}),
        content,
      },
      uuid,
      timestamp: iso(seconds),
      ...more,
    };
    last = uuid;
    return made;
  };
  const entries = [entry('user', startOf(session), `Work of ${session.name}.`)];
  for (const [at, call] of session.calls.entries()) {
    const use = `toolu_${id.slice(0, 8)}${at}`;
    const { name, input, result } = claudeCall(call, session.showsFiles !== false);
    entries.push(entry('assistant', call.seconds, [{ type: 'tool_use', id: use, name, input }]));
    const answer = call.failed
      ? { content: '<tool_use_error>String to replace not found in file.</tool_use_error>', is_error: true }
      : { content: 'The file has been updated.' };
    const shown = call.failed ? 'Error: String to replace not found in file.' : result;
    entries.push(
      entry(
        'user',
        call.seconds + 1,
        [{ tool_use_id: use, type: 'tool_result', ...answer }],
        shown === null ? {} : { toolUseResult: shown },
      ),
    );
  }
  return { file: `${id}.jsonl`, entries };
};

interface ClaudeCall {
  readonly name: string;
  readonly input: object;
  readonly result: object | null;
}

function claudeCall(call: Call, showsFiles: boolean): ClaudeCall {
  const filePath = absolute(call);
  const structuredPatch = hunksOf(call.before ?? '', call.after ?? '');
  const given = (result: object): object | null => (showsFiles ? result : null);
  if (isCommand(call))
    return {
      name: 'Bash',
      input: { command: commandOf(call) },
      result: { stdout: '', stderr: '', interrupted: false, isImage: false },
    };
  if (call.tool === 'write') {
    const type = call.before === null ? 'create' : 'update';
    const result = {
      type,
      filePath,
      content: call.text,
      structuredPatch: call.before === null ? [] : structuredPatch,
      originalFile: call.before,
    };
    return { name: 'Write', input: { file_path: filePath, content: call.text }, result: given(result) };
  }
  const parts = call.parts.map(({ before, after }) => ({ old_string: before, new_string: after }));
  if (call.tool === 'multiedit') {
    const result = {
      filePath,
      edits: parts,
      originalFileContents: call.before,
      structuredPatch,
      userModified: false,
    };
    return { name: 'MultiEdit', input: { file_path: filePath, edits: parts }, result: given(result) };
  }
  const all = call.tool === 'edit-all';
  const [part] = parts;
  const result = {
    filePath,
    oldString: part?.old_string,
    newString: part?.new_string,
    originalFile: call.before,
    structuredPatch,
    userModified: false,
    replaceAll: all,
  };
  return {
    name: 'Edit',
    input: { file_path: filePath, ...part, ...(all ? { replace_all: true } : {}) },
    result: given(result),
  };
}
