/** `trace query` by what the rest of the program derives of a trace: the two must say the same. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { type Machine, newMachine, ROOT, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { sessionIdOf, traceOf } from '../sync/sessions.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at key by key
type Document = any;

let machine: Machine;

async function run(...argv: string[]): Promise<Document> {
  const { code, stdout } = await runInProcess([...argv, '--json'], { machine });
  expect(code, `${argv.join(' ')}\n${stdout.slice(0, 300)}`).toBe(0);
  return JSON.parse(stdout);
}

/** Ids of the traces that pass the filters. */
async function found(...argv: string[]): Promise<string[]> {
  const { candidates } = await run('trace', 'query', '--limit', '1000', ...argv);
  return candidates.map(({ trace_id }: Document) => trace_id).sort();
}

/** A captured project that pins zod, and a session in it that never names it. */
async function captureBeside(number: number, version: string): Promise<void> {
  const project = tempDir('git-ot-pins-');
  execFileSync('git', ['init', '-q', project], { env: machine.env });
  const packages = { 'node_modules/zod': { version }, 'node_modules/@acme/money': { version: '2.0.1' } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
  const log = writeSession(new SessionText(sessionIdOf(number)).user('hello').say('hi'));
  await run('capture', log, '--project', project);
}

beforeAll(async () => {
  machine = newMachine();
});

describe('--dependency', () => {
  beforeAll(async () => {
    await captureBeside(1, '3.22.0');
    await captureBeside(2, '4.0.0');
    await captureBeside(3, '4.0.0');
    const text = new SessionText(sessionIdOf(4)).user('go').call('Bash', { command: 'npm i zod@4.0.0 ky' });
    await run('capture', writeSession(text.result('call_1', 'added')));
  });

  it.each([
    ['zod', [1, 2, 3, 4]],
    ['ZOD', [1, 2, 3, 4]],
    ['zod@4.0.0', [2, 3, 4]],
    ['zod@3.22.0', [1]],
    ['zod@3', []],
    ['@acme/money', [1, 2, 3]],
    ['@acme/money@2.0.1', [1, 2, 3]],
    ['ky', [4]],
    ['zo', []],
    ['zo*', [1, 2, 3, 4]],
  ])('%s is found in lock files and commands', async (typed, numbers) => {
    expect(await found('--dependency', typed)).toEqual(numbers.map(traceOf).sort());
  });

  it('goes with words and other filters', async () => {
    expect(await found('hello', '--dependency', 'zod@4.0.0')).toEqual([2, 3].map(traceOf).sort());
    expect(await found('--dependency', 'zod', '--dependency', 'ky')).toEqual([traceOf(4)]);
  });
});

describe('on every fixture', () => {
  let rows: Document[];
  let traces: Document[];

  beforeAll(async () => {
    machine = newMachine();
    await run('capture', join(ROOT, 'fixtures', 'sessions', 'claude-code'));
    const folder = join(tempDir('git-ot-models-'), 'two');
    mkdirSync(folder);
    writeSession(twoModels(), { folder });
    writeSession(testedTwice(), { folder });
    await run('capture', folder);
    rows = (await run('trace', 'list', '--subagents', '--limit', '1000')).traces;
    traces = [];
    for (const { trace_id: id } of rows) traces.push((await run('trace', 'get', id)).trace);
  });

  it('--model finds a trace by every model that spoke in it or in a sub-agent, and no other', async () => {
    const { groups } = await run('trace', 'stats', '--by', 'model');
    const models: string[] = groups.map(({ key }: Document) => key);
    expect(models).toContain('second-model-2');
    expect(models.length).toBeGreaterThan(2);
    for (const { key: model, traces: counted } of groups) {
      const spoke = traces.filter(({ steps }) => steps.some((step: Document) => isBy(step, model)));
      const above = spoke.flatMap(({ parent_trace_id: parent }) => parent ?? []);
      const expected = [...new Set([...spoke.map(({ trace_id: id }) => id), ...above])].sort();
      expect(await found('--model', model), model).toEqual(expected);
      expect(counted).toBeLessThanOrEqual(expected.length);
    }
    expect(await found('--model', 'nobody')).toEqual([]);
  });

  it('points at a step where the model spoke', async () => {
    const [hit] = (await run('trace', 'query', '--model', 'SECOND-model')).candidates;
    expect([hit.trace_id, hit.step_index]).toEqual([traceOf(9), 4]);
  });

  it('--success and --committed say what trace get says', async () => {
    const ids = (wanted: (outcome: Document) => boolean): string[] =>
      traces
        .filter(({ outcome }) => wanted(outcome))
        .map(({ trace_id: id }) => id)
        .sort();
    const committed = ids((outcome) => outcome.committed);
    expect(committed.length).toBeGreaterThan(0);
    expect(await found('--committed')).toEqual(committed);
    expect(await found('--uncommitted')).toEqual(ids((outcome) => !outcome.committed));
    const ended = ids(({ success }) => success === true);
    expect(ended.length).toBeGreaterThan(0);
    expect(await found('--success')).toEqual(ended);
    expect(await found('--no-success')).toEqual(ids(({ success }) => success === false));
    for (const { outcome } of traces) {
      expect(outcome.committed).toBe(outcome.commit_sha !== null);
    }
  });

  it('shows the step that committed, or the last run of tests', async () => {
    expect(traces.find(({ trace_id: id }) => id === traceOf(8)).outcome).toMatchObject({
      ...{ success: true, signal_source: 'deterministic', signal_confidence: 'derived' },
      ...{ committed: true, commit_sha: '1a2b3c4' },
    });
    for (const [flag, kind] of [
      ['--committed', 'git commit'],
      ['--success', 'vitest run again'],
    ]) {
      const { candidates } = await run('trace', 'query', flag!);
      const { step_index: step } = candidates.find(({ trace_id: id }: Document) => id === traceOf(8));
      const [{ tool_calls: calls }] = (await run('trace', 'get', `${traceOf(8)}:${step}`)).steps;
      expect(JSON.stringify(calls), flag).toContain(kind);
    }
  });
});

function testedTwice(): SessionText {
  return new SessionText(sessionIdOf(8))
    .user('mend it')
    .call('Bash', { command: 'npx vitest run' })
    .result('call_1', ' Tests  1 failed | 2 passed (3)')
    .call('Bash', { command: 'npx vitest run again' })
    .result('call_2', ' Tests  3 passed (3)')
    .call('Bash', { command: 'git commit -am x' })
    .result('call_3', '[main 1a2b3c4] x\n 1 file changed');
}

/** The second model speaks in step 4 only. */
function twoModels(): SessionText {
  const text = new SessionText(sessionIdOf(9)).user('one').say('first').user('two').say('second');
  const lines = [...text.lines];
  lines[3] = lines[3]!.replace('claude-opus-4-1', 'second-model-2').replace('msg_', 'other_msg_');
  return lines.reduce((made, line) => made.raw(line), new SessionText(sessionIdOf(9)));
}

function isBy(step: Document, model: string): boolean {
  const usage = step.token_usage ?? {};
  return step.model?.includes(model) === true && Object.values(usage).some((tokens) => Number(tokens) > 0);
}

describe('--test', () => {
  it('knows a runner by its program, or by its whole name', async () => {
    const text = new SessionText(sessionIdOf(7)).user('go').call('Bash', { command: 'go test ./...' });
    await run('capture', writeSession(text.result('call_1', 'ok  \tacme/headers\t0.1s')));
    expect(await found('--test', 'go')).toEqual([traceOf(7)]);
    expect(await found('--test', 'go test')).toEqual([traceOf(7)]);
    expect(await found('--test', 'g')).toEqual([]);
  });
});
