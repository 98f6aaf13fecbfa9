/** Sessions in a bucket: inline sub-agents become traces, growth gives what one capture gives. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { copilotEvents } from '../../../src/capture/copilot-cli/index.ts';
import { CopilotParse } from '../../../src/capture/copilot-cli/session-parse.ts';
import { formatOf } from '../../../src/capture/formats.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { tempDir } from '../../support/git-env.ts';
import { FIXTURES, fixtureInputs } from '../shared/agent-suite.ts';
import { identityOf, runFully, subagentSource } from '../shared/support.ts';

const FOLDER = join(FIXTURES, 'copilot-cli');
const PARENT = '0a1b2c3d-0000-4000-8000-000000000002';
const AGENTS = ['toolu_01s1', 'agent-b7'];

test('sub-agents inside a session are traces of their own, linked both ways', async () => {
  const bucket = await TestBucket.open();
  const path = join(FOLDER, 'subagents/input.jsonl');
  const { results } = await bucket.capture([path]);
  expect(results.map(({ inline_subagent }) => inline_subagent)).toEqual([undefined, ...AGENTS]);
  const bytes = readFileSync(path);
  const { steps } = runFully(bytes, {
    agent: 'copilot-cli',
    sessionId: PARENT,
    makeParse: copilotEvents.parse,
  });
  const linked = steps.flatMap(({ tool_calls }) => tool_calls.map((call) => call.subagent_trajectory_ref));
  expect(linked).toEqual(AGENTS.map((agent) => traceIdOf('copilot-cli', `${PARENT}/${agent}`)));
  for (const agent of AGENTS) {
    const id = traceIdOf('copilot-cli', `${PARENT}/${agent}`);
    const head = await (await bucket.folder(id)).head();
    expect(head.parent_trace_id).toBe(traceIdOf('copilot-cli', PARENT));
    expect(head.limitations).toEqual([]);
    expect(await bucket.source(id)).toEqual(subagentSource(copilotEvents, PARENT, bytes, agent));
  }
  const counts = async (agent: string) =>
    (await (await bucket.folder(traceIdOf('copilot-cli', `${PARENT}/${agent}`))).head()).counts;
  expect(await counts('toolu_01s1')).toMatchObject({ agent_messages: 2, tool_calls: 1, tool_results: 1 });
  expect(await counts('agent-b7')).toMatchObject({ user_messages: 1, agent_messages: 1, thinking_blocks: 1 });
  await expectVerified(bucket);
  await bucket.close();
});

test('a session that grows gives what one capture gives', async () => {
  const whole = readFileSync(join(FOLDER, 'subagents/input.jsonl'));
  const file = join(tempDir('git-ot-copilot-'), 'events.jsonl');
  const grown = await TestBucket.open();
  for (const part of [0.4, 0.7, 1]) {
    writeFileSync(file, whole.subarray(0, whole.indexOf(0x0a, whole.length * part - 2) + 1));
    await grown.capture([file]);
  }
  const once = await TestBucket.open();
  await once.capture([file]);
  expect(await grown.trees()).toEqual(await once.trees());
  await expectVerified(grown);
  await Promise.all([grown.close(), once.close()]);
});

test('a session that lost its first event is known by its folder', () => {
  const folder = join(tempDir('git-ot-copilot-'), 'f00d');
  mkdirSync(folder);
  const file = join(folder, 'events.jsonl');
  cpSync(join(FOLDER, 'resumed/input.jsonl'), file);
  const bytes = readFileSync(file);
  const rest = bytes.subarray(bytes.indexOf(0x0a) + 1);
  expect(formatOf(rest, file)?.name).toBe('copilot-events');
  expect(identityOf(copilotEvents, file, rest)?.sessionId).toBe('f00d');
});

test('the same events out of an editor are of another agent', () => {
  const text = readFileSync(join(FOLDER, 'basic/input.jsonl'), 'utf8');
  const inEditor = text.replace('"copilotVersion"', '"vscodeVersion":"1.119.0","copilotVersion"');
  expect(formatOf(Buffer.from(inEditor), 'x.jsonl')).toBeNull();
});

test.each(fixtureInputs('copilot-cli'))('%s is the same through a window of one step', (name) => {
  const bytes = readFileSync(join(FOLDER, name));
  const run = { agent: 'copilot-cli', sessionId: 'same' };
  const wide = runFully(bytes, { ...run, makeParse: copilotEvents.parse });
  const narrow = runFully(bytes, { ...run, makeParse: (options) => new CopilotParse(options, 1) });
  expect(narrow).toEqual(wide);
});
