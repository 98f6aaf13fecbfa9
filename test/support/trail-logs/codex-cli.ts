/** Rollouts of Codex. */
import { hunksOf } from '../trail-diff.ts';
import { type Call, cwdOf, iso, startOf, type Writer } from './call.ts';

/** What `apply_patch` takes. */
function patchText(call: Call): string {
  const body = (): string[] => {
    if (call.tool === 'delete') return [`*** Delete File: ${call.path}`];
    if (call.before === null)
      return [`*** Add File: ${call.path}`, ...hunksOf('', call.after ?? '').flatMap(({ lines }) => lines)];
    const hunks = hunksOf(call.before, call.after ?? '');
    return [`*** Update File: ${call.path}`, ...hunks.flatMap(({ lines }) => ['@@', ...lines])];
  };
  return ['*** Begin Patch', ...body(), '*** End Patch', ''].join('\n');
}

export const codex: Writer = (session, id) => {
  const cwd = cwdOf(session);
  const entry = (seconds: number, type: string, payload: object): object => ({
    timestamp: iso(seconds),
    type,
    payload,
  });
  const start = startOf(session);
  const entries = [
    entry(start, 'session_meta', {
      id,
      timestamp: iso(start),
      cwd,
      originator: 'codex-tui',
      cli_version: '0.142.4',
      source: 'cli',
      model_provider: 'openai',
    }),
    entry(start, 'turn_context', {
      turn_id: 't1',
      cwd,
      approval_policy: 'on-request',
      model: 'gpt-test',
      effort: 'medium',
      summary: 'auto',
    }),
    entry(start, 'response_item', {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: `Work of ${session.name}.` }],
    }),
    entry(start, 'event_msg', { type: 'user_message', message: `Work of ${session.name}.`, images: [] }),
  ];
  for (const [at, call] of session.calls.entries()) {
    const call_id = `call_${id.slice(0, 6)}${at}`;
    const usage = {
      input_tokens: 100 + at,
      cached_input_tokens: 0,
      output_tokens: 10,
      reasoning_output_tokens: 0,
      total_tokens: 110 + at,
    };
    if (call.tool === 'shell') {
      entries.push(
        entry(call.seconds, 'response_item', {
          type: 'function_call',
          name: 'exec_command',
          arguments: JSON.stringify({ cmd: call.text, workdir: cwd }),
          call_id,
        }),
      );
      entries.push(
        entry(call.seconds + 1, 'response_item', {
          type: 'function_call_output',
          call_id,
          output: 'Wall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n',
        }),
      );
    } else {
      entries.push(
        entry(call.seconds, 'response_item', {
          type: 'custom_tool_call',
          status: 'completed',
          call_id,
          name: 'apply_patch',
          input: patchText(call),
        }),
      );
      const output = call.failed
        ? 'apply_patch verification failed: Failed to find expected lines'
        : `Success. Updated the following files:\nM ${call.path}\n`;
      entries.push(
        entry(call.seconds + 1, 'response_item', {
          type: 'custom_tool_call_output',
          call_id,
          output: `Exit code: ${call.failed ? 1 : 0}\nWall time: 0.1 seconds\nOutput:\n${output}`,
        }),
      );
    }
    entries.push(
      entry(call.seconds + 1, 'event_msg', {
        type: 'token_count',
        info: { total_token_usage: usage, last_token_usage: usage, model_context_window: 258400 },
      }),
    );
  }
  return { file: `rollout-2026-03-01T10-00-00-${id}.jsonl`, entries };
};
