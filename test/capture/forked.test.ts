/** A session forked from another one: its log repeats what was done there. */
import { expect, test } from 'vitest';
import { claudeJsonl } from '../../src/capture/claude-code/index.ts';
import { codexRollout } from '../../src/capture/codex-cli/index.ts';
import type { SessionFormat } from '../../src/capture/session-source.ts';
import { editsOfStep } from '../../src/record/file-edits.ts';
import type { Step } from '../../src/record/step.ts';
import { SessionText } from './session-file.ts';
import { runFully } from './shared/support.ts';

const ORIGIN = '019f0e00-0000-7000-8000-00000000000a';
const FORK = '019f0e00-0000-7000-8000-00000000000c';
const FORKED = Date.parse('2026-06-28T10:00:00.000Z');

/** A line `after` milliseconds from the fork. */
function row(after: number, type: string, payload: object): string {
  return `${JSON.stringify({ timestamp: new Date(FORKED + after).toISOString(), type, payload })}\n`;
}

function patch(after: number, callId: string, total: number): string {
  const input = `*** Begin Patch\n*** Update File: a.ts\n@@\n first\n+${callId}\n*** End Patch`;
  const usage = (calls: number) => ({
    input_tokens: 100 * calls,
    cached_input_tokens: 0,
    output_tokens: 10 * calls,
  });
  return [
    row(after, 'response_item', { type: 'custom_tool_call', name: 'apply_patch', call_id: callId, input }),
    row(after + 1, 'event_msg', {
      type: 'token_count',
      info: { last_token_usage: usage(1), total_token_usage: usage(total) },
    }),
    row(after + 1, 'response_item', {
      type: 'custom_tool_call_output',
      call_id: callId,
      output: JSON.stringify({ output: 'Success.', metadata: { exit_code: 0 } }),
    }),
  ].join('');
}

function header(id: string, more: object = {}): string {
  return row(0, 'session_meta', {
    id,
    cwd: '/home/dev/acme',
    originator: 'codex-tui',
    source: 'cli',
    ...more,
  });
}

function said(after: number, text: string): string {
  return row(after, 'response_item', {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text }],
  });
}

function parsed({ agent, parse }: SessionFormat, bytes: Buffer) {
  const { steps } = runFully(bytes, { agent, sessionId: FORK, makeParse: parse });
  return (steps as unknown as Step[]).map((step) => ({
    kind: step.kind,
    inherited: step.origin.inherited === true,
    edits: editsOfStep(step).length,
    billed: step.token_usage !== undefined,
  }));
}

const codex = (log: string) => parsed(codexRollout, Buffer.from(log));

const SEEN = said(1, 'change a.ts') + patch(2, 'call_1', 1);
const DONE = said(4000, 'and again') + patch(5000, 'call_2', 2);

const EXPECTED = [
  { kind: 'prompt', inherited: true, edits: 0, billed: false },
  { kind: 'model', inherited: true, edits: 0, billed: false },
  { kind: 'prompt', inherited: false, edits: 0, billed: false },
  { kind: 'model', inherited: false, edits: 1, billed: true },
];

test('what a fork of Claude Code repeats is seen in it and done elsewhere', () => {
  const session = new SessionText(FORK);
  for (const number of [1, 2]) {
    const input = { file_path: '/home/dev/acme/a.ts', old_string: 'old', new_string: `new ${number}` };
    session.user('change a.ts').call('Edit', input).result(`call_${number}`, 'done');
  }
  const lines = session.lines.map((line, at) => {
    const entry = JSON.parse(line);
    if (at < 3) entry.forkedFrom = { sessionId: ORIGIN, messageUuid: entry.uuid };
    return `${JSON.stringify(entry)}\n`;
  });
  expect(parsed(claudeJsonl, Buffer.from(lines.join('')))).toEqual(EXPECTED);
});

test('what a fork of Codex repeats is seen in it and done elsewhere', () => {
  const log = header(FORK, { forked_from_id: ORIGIN }) + header(ORIGIN) + SEEN + DONE;
  expect(codex(log)).toEqual(EXPECTED);
});

test.each([
  ['names no origin', header(FORK) + header(ORIGIN)],
  ['has no header of its origin', header(FORK, { forked_from_id: ORIGIN })],
  ['repeats its own header', header(FORK, { forked_from_id: ORIGIN }) + header(FORK)],
])('a log of Codex that %s repeats nothing', (_, headers) => {
  expect(codex(headers + SEEN + DONE).map(({ inherited, edits }) => [inherited, edits])).toEqual([
    [false, 0],
    [false, 1],
    [false, 0],
    [false, 1],
  ]);
});
