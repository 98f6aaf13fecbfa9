/** Commands that derive from traces, over our fixtures in process: one document each, stable codes. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Machine, newMachine, ROOT, runInProcess, runProgram } from '../support/cli.ts';
import { agentTraceProblems } from '../trace/export/agent-trace-schema.ts';

const FIXTURES = join(ROOT, 'fixtures', 'sessions', 'claude-code');
const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';

let machine: Machine;
let ids: string[];

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at key by key
async function json(...argv: string[]): Promise<any> {
  return JSON.parse((await runInProcess([...argv, '--json'], { machine })).stdout);
}

beforeAll(async () => {
  machine = newMachine();
  expect((await runInProcess(['capture', FIXTURES], { machine })).code).toBe(0);
  ids = (await json('trace', 'list', '--subagents', '--limit', '1000')).traces.map(
    (row: { trace_id: string }) => row.trace_id,
  );
});

describe('on every fixture', () => {
  it('map, bursts, slices and exports agree with the trace', async () => {
    expect(ids.length).toBeGreaterThan(10);
    for (const id of ids) {
      const { trace } = await json('trace', 'get', id);
      const map = await json('trace', 'map', id);
      const last = trace.metrics.total_steps;
      expect(
        map.nodes.every((node: { step_index: number }) => node.step_index >= 1 && node.step_index <= last),
      ).toBe(true);
      const { slices } = await json('trace', 'slice', id, '--template', 'bursts');
      expect(slices).toHaveLength((await json('trace', 'map', id, '--bursts')).nodes.length);
      if (last > 0) {
        const [whole] = (await json('trace', 'slice', id, '--from-step', '1')).slices;
        expect(whole.steps).toEqual(trace.steps);
      }
      expect(
        agentTraceProblems((await json('trace', 'export', id, '--format', 'agent-trace')).record),
      ).toEqual([]);
      expect((await json('trace', 'export', id, '--format', 'markdown')).markdown).toMatch(/^# /);
    }
  });

  it('the same trace gives the same answers', async () => {
    expect(await json('trace', 'map', TRACE, '--bursts')).toEqual(
      await json('trace', 'map', TRACE, '--bursts'),
    );
  });
});

describe('stats and skills', () => {
  it('add up to the tokens of the list', async () => {
    const { traces } = await json('trace', 'list', '--subagents', '--limit', '1000');
    const { total } = await json('trace', 'stats');
    const listed = traces.reduce(
      (sum: number, row: { tokens: { output: number } }) => sum + row.tokens.output,
      0,
    );
    expect(total.output_tokens).toBeGreaterThan(0);
    expect(total.output_tokens).toBeLessThanOrEqual(listed);
    for (const by of ['day', 'agent', 'model', 'project']) {
      const { groups } = await json('trace', 'stats', '--by', by);
      const sum = groups.reduce(
        (all: number, group: { cost_usd: number | null }) => all + (group.cost_usd ?? 0),
        0,
      );
      expect(sum).toBeCloseTo(total.cost_usd, 4);
    }
  });
});

describe('a session that states its own totals', () => {
  it('adds up to the tokens of the list', async () => {
    const mine = machine;
    machine = newMachine();
    await runInProcess(
      ['capture', join(ROOT, 'fixtures', 'sessions', 'copilot-cli', 'basic', 'input.jsonl')],
      {
        machine,
      },
    );
    const { traces } = await json('trace', 'list', '--subagents');
    const { total } = await json('trace', 'stats');
    const { stdout } = await runInProcess(['trace', 'stats'], { machine });
    machine = mine;
    const sum = (name: string): number =>
      traces.reduce((all: number, { tokens }: { tokens: Record<string, number> }) => all + tokens[name]!, 0);
    expect(sum('input')).toBeGreaterThan(0);
    expect(total).toMatchObject({
      input_tokens: sum('input'),
      output_tokens: sum('output'),
      cache_read_tokens: sum('cache_read'),
      cache_write_tokens: sum('cache_write'),
      cost_usd: null,
      stated_totals: 1,
    });
    expect(stdout).toContain('1 trace with totals that only the session states');
  });
});

describe('bad input', () => {
  it.each([
    [['trace', 'map', '00000000'], 6, 'OT_TRACE_NOT_FOUND'],
    [['trace', 'map', 'xyz'], 2, 'OT_TRACE_ID'],
    [['trace', 'map', TRACE, '--around', '0'], 2, 'OT_BAD_VALUE'],
    [['trace', 'slice', TRACE], 2, 'OT_BAD_VALUE'],
    [['trace', 'slice', TRACE, '--template', 'x'], 2, 'OT_BAD_VALUE'],
    [['trace', 'slice', TRACE, '--from-step', '5', '--to-step', '3'], 2, 'OT_BAD_VALUE'],
    [['trace', 'slice', TRACE, '--from-step', '1', '--to-step', '9999'], 6, 'OT_STEP_NOT_FOUND'],
    [['trace', 'slice', TRACE, '--from-step', '20'], 6, 'OT_STEP_NOT_FOUND'],
    [['trace', 'slice', TRACE, '--from-step', '2', '--radius', '1'], 2, 'OT_BAD_VALUE'],
    [['trace', 'export', TRACE], 2, 'OT_MISSING_ARGUMENT'],
    [['trace', 'export', TRACE, '--format', 'atif'], 2, 'OT_BAD_VALUE'],
    [['trace', 'export', '00000000', '--format', 'markdown'], 6, 'OT_TRACE_NOT_FOUND'],
  ] as const)('%j ends with %i', async (argv, code, error) => {
    const outcome = await runInProcess([...argv, '--json'], { machine });
    expect(outcome.code).toBe(code);
    expect(JSON.parse(outcome.stdout).error.code).toBe(error);
  });

  it('a trace without edits has no bursts and no slices', async () => {
    const chat = await json('trace', 'list', '--limit', '1000');
    const { trace_id } = chat.traces.find(
      (row: { counts: { tool_calls: number } }) => row.counts.tool_calls === 0,
    );
    expect(await json('trace', 'map', trace_id, '--bursts')).toMatchObject({
      status: 'ok',
      nodes: [],
      edges: [],
    });
    expect(await json('trace', 'slice', trace_id, '--template', 'bursts')).toMatchObject({
      status: 'ok',
      slices: [],
    });
    const { stdout } = await runInProcess(['trace', 'map', trace_id, '--bursts'], { machine });
    expect(stdout).toBe('no bursts: nothing was edited in this trace\n');
  });

  it('a trace whose steps are gone is told by name, and stops no sum', async () => {
    machine = newMachine();
    await runInProcess(['capture', join(FIXTURES, 'basic', 'input.jsonl')], { machine });
    await runInProcess(['capture', join(FIXTURES, 'usage', 'input.jsonl')], { machine });
    const before = await json('trace', 'stats');
    const gitDir = join(machine.otHome, 'bucket.git');
    const git = async (...argv: string[]): Promise<string> =>
      (await runProgram('git', [`--git-dir=${gitDir}`, ...argv], { machine })).stdout.trim();
    const month = await git('for-each-ref', '--format=%(refname)', 'refs/opentraces/lanes/*/2026-02');
    const oid = await git(
      'rev-parse',
      `${month}:traces/${TRACE.slice(0, 2)}/${TRACE}/steps/00001.${TRACE.slice(-6)}`,
    );
    rmSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
    const after = await json('trace', 'stats');
    expect(after.findings).toHaveLength(1);
    expect(after.total.calls).toBe(before.total.calls - 10);
    expect((await json('trace', 'skills')).findings).toHaveLength(1);
    const outcome = await runInProcess(['trace', 'map', TRACE, '--json'], { machine });
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      nodes: [],
      limitations: [{ code: 'steps_missing' }],
      next_steps: ['git ot bucket verify --full'],
    });
  });
});
