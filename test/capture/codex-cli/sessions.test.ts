/** Rollouts in a bucket: sub-agents are linked both ways, growth moves no step, no window changes a step. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { codexRollout } from '../../../src/capture/codex-cli/index.ts';
import { CodexParse } from '../../../src/capture/codex-cli/session-parse.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { tempDir } from '../../support/git-env.ts';
import { FIXTURES, fixtureInputs } from '../shared/agent-suite.ts';
import { runFully } from '../shared/support.ts';

const FOLDER = join(FIXTURES, 'codex-cli');
const PARENT = '019f0e00-0000-7000-8000-00000000000a';
const CHILD = '019f0e00-0000-7000-8000-00000000000b';

test('a thread that another one started is a trace of its own, linked both ways', async () => {
  const bucket = await TestBucket.open();
  await bucket.capture([join(FOLDER, 'subagents')]);
  const parent = await bucket.folder(traceIdOf('codex-cli', PARENT));
  const childId = traceIdOf('codex-cli', `${PARENT}/${CHILD}`);
  const child = await (await bucket.folder(childId)).head();
  expect(child.parent_trace_id).toBe(traceIdOf('codex-cli', PARENT));
  expect((await parent.head()).counts.subagents).toBe(1);
  const { steps } = parse('subagents/input.jsonl', PARENT);
  const links = steps.map(({ subagent_trajectory_ref }) => subagent_trajectory_ref);
  expect(links.filter((link) => link !== undefined)).toEqual([childId]);
  await expectVerified(bucket);
  await bucket.close();
});

test('a rollout that grows keeps its steps and gives what one capture gives', async () => {
  const whole = readFileSync(join(FOLDER, 'wrapped/input.jsonl'));
  const file = join(tempDir('git-ot-codex-'), 'rollout.jsonl');
  const grown = await TestBucket.open();
  for (const part of [0.3, 0.55, 0.8, 1]) {
    writeFileSync(file, whole.subarray(0, whole.indexOf(0x0a, whole.length * part - 2) + 1));
    await grown.capture([file]);
  }
  const once = await TestBucket.open();
  await once.capture([file]);
  expect(await grown.trees()).toEqual(await once.trees());
  await expectVerified(grown);
  await Promise.all([grown.close(), once.close()]);
});

test('two headers of one session in two files make one trace with two sources', async () => {
  const folder = tempDir('git-ot-codex-');
  cpSync(join(FOLDER, 'bare/input.jsonl'), join(folder, 'a.jsonl'));
  const lines = readFileSync(join(FOLDER, 'bare/input.jsonl'), 'utf8').split('\n');
  writeFileSync(join(folder, 'b.jsonl'), [lines[0], ...lines.slice(8)].join('\n'));
  const bucket = await TestBucket.open();
  const { totals } = await bucket.capture([folder]);
  expect(totals).toMatchObject({ captured: 1, new_source: 1 });
  await expectVerified(bucket);
  await bucket.close();
});

test.each(fixtureInputs('codex-cli'))('%s is the same through a window of one step', (name) => {
  const bytes = readFileSync(join(FOLDER, name));
  const wide = parse(name, 'same');
  const narrow = runFully(bytes, {
    agent: 'codex-cli',
    sessionId: 'same',
    makeParse: (options) => new CodexParse(options, 1),
  });
  expect(narrow).toEqual(wide);
});

function parse(name: string, sessionId: string): ReturnType<typeof runFully> {
  const bytes = readFileSync(join(FOLDER, name));
  return runFully(bytes, { agent: 'codex-cli', sessionId, makeParse: codexRollout.parse });
}
