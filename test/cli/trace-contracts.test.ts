/** Every document of the reading commands is what its contract says, on sessions of every shape and with every flag. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Machine, newMachine, ROOT, runInProcess } from '../support/cli.ts';
import {
  Burst,
  Candidate,
  ExportDocument,
  MapDocument,
  QueryDocument,
  SkillsDocument,
  SliceDocument,
  StatsDocument,
} from '../trace/contracts.ts';

const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';
let machine: Machine;

async function run(...argv: string[]) {
  const { code, stdout } = await runInProcess([...argv, '--json'], { machine });
  return { code, document: JSON.parse(stdout) };
}

/** The document, which is as its contract says. */
async function promised<Schema extends z.core.$ZodType>(
  schema: Schema,
  ...argv: string[]
): Promise<z.infer<Schema>> {
  const { code, document } = await run(...argv);
  expect(z.safeParse(schema, document).error?.issues ?? [], argv.join(' ')).toEqual([]);
  expect(code).toBe(0);
  return document;
}

beforeAll(async () => {
  machine = newMachine();
  expect((await runInProcess(['capture', join(ROOT, 'fixtures', 'sessions')], { machine })).code).toBe(0);
});

it('the contracts refuse what they do not name', async () => {
  const { nodes } = await promised(MapDocument, 'trace', 'map', TRACE, '--bursts');
  expect(z.safeParse(Burst, nodes[0]).success).toBe(true);
  expect(z.safeParse(Burst, { ...nodes[0], more: 1 }).success).toBe(false);
  expect(
    z.safeParse(MapDocument, { ...(await run('trace', 'map', TRACE)).document, nodes: [{}] }).success,
  ).toBe(false);
  const { candidates } = await promised(QueryDocument, 'trace', 'query', 'price');
  const { slice_preview: _, ...without } = candidates[0]!;
  expect(z.safeParse(Candidate, without).success).toBe(false);
});

describe('map', () => {
  it.each([
    '',
    '--bursts',
    '--around 7',
    '--around 7 --depth 0',
    '--around 7 --bursts',
    '--around 7 --depth 1 --actions test_run,error_signal',
    '--around 19 --depth 0 --actions change_burst,test_run',
    '--actions change_burst',
    '--bursts --actions change_burst',
    '--actions change_burst,test_run,git_anchor',
  ])('%s', async (typed) => {
    const flags = typed.split(' ').filter((word) => word !== '');
    const { nodes } = await promised(MapDocument, 'trace', 'map', TRACE, ...flags);
    const at = flags.indexOf('--actions');
    const types = at < 0 ? null : flags[at + 1]!.split(',');
    for (const node of nodes) if (types !== null) expect(types).toContain(node.action_type);
    const order = nodes.map(({ step_index }) => step_index);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  });

  it('shows bursts for their own type, alone and among others', async () => {
    const bursts = await promised(MapDocument, 'trace', 'map', TRACE, '--bursts');
    expect(bursts.nodes).toHaveLength(1);
    expect(await promised(MapDocument, 'trace', 'map', TRACE, '--actions', 'change_burst')).toEqual(bursts);
    const both = await promised(MapDocument, 'trace', 'map', TRACE, '--actions', 'change_burst,test_run');
    expect(both.nodes.map((node) => `${node.step_index} ${node.action_type}`)).toEqual([
      '4 change_burst',
      '6 test_run',
      '8 test_run',
    ]);
    expect(both.nodes[0]).toEqual(bursts.nodes[0]);
  });

  it('refuses types that bursts do not have', async () => {
    const { code, document } = await run('trace', 'map', TRACE, '--bursts', '--actions', 'test_run');
    expect([code, document.error.code]).toEqual([2, 'OT_BAD_VALUE']);
  });
});

describe('slice', () => {
  it.each([
    '--template bursts',
    '--from-step 3',
    '--to-step 3',
    '--from-step 3 --to-step 3',
    '--from-step 2 --to-step 19',
    '--around-step 1',
    '--around-step 19 --radius 0',
    '--around-step 10 --radius 1000000000',
    '--around-patch 4.1',
    `--around-patch tp:${TRACE}:7.1 --radius 1`,
  ])('%s: step numbers are step numbers', async (typed) => {
    const flags = typed.split(' ');
    const { slices } = await promised(SliceDocument, 'trace', 'slice', TRACE, ...flags);
    expect(slices).toHaveLength(1);
    const [slice] = slices;
    const numbers = slice!.steps.map(({ step_index }) => step_index);
    const { start_step_index: from, end_step_index: to } = slice!;
    expect(numbers).toEqual(Array.from({ length: to - from + 1 }, (_, index) => from + index));
    expect(slice!.slice_id).toBe(`tsl:${TRACE}:${from}-${to}`);
    const places = slice!.map.nodes.map(({ step_index }) => step_index);
    expect(places.every((place) => place >= from && place <= to)).toBe(true);
    const ids = new Set(slice!.map_node_refs);
    for (const { previous_node_id, next_node_id } of slice!.map.nodes)
      for (const id of [previous_node_id, next_node_id]) expect(id === null || ids.has(id)).toBe(true);
    const { steps } = (await run('trace', 'get', `${TRACE}:${from}-${to}`)).document;
    expect(slice!.steps).toEqual(steps);
  });
});

it('a hit leads on by its own references', async () => {
  const { candidates } = await promised(QueryDocument, 'trace', 'query', 'price', '--limit', '3');
  for (const { trace_id, step_index, unit_id, map_ref, map_node_refs, refs } of candidates) {
    expect((await run('trace', 'get', refs.trace!)).document.trace.trace_id).toBe(trace_id);
    for (const reference of [refs.step!, unit_id, map_node_refs[0]!]) {
      const { steps } = (await run('trace', 'get', reference)).document;
      expect(steps.map((step: { step_index: number }) => step.step_index)).toEqual([step_index]);
    }
    for (const reference of [refs.trace!, map_ref]) {
      expect((await promised(MapDocument, 'trace', 'map', reference)).trace_id).toBe(trace_id);
      await promised(SliceDocument, 'trace', 'slice', reference, '--around-step', `${step_index}`);
      await promised(ExportDocument, 'trace', 'export', reference, '--format', 'markdown');
    }
  }
});

it('every trace of every agent', { timeout: 60_000 }, async () => {
  const { traces } = (await run('trace', 'list', '--subagents', '--limit', '1000')).document;
  expect(traces.length).toBeGreaterThan(20);
  const types = new Set<string>();
  for (const { trace_id } of traces) {
    const { nodes } = await promised(MapDocument, 'trace', 'map', trace_id);
    for (const { action_type } of nodes) types.add(action_type);
    await promised(MapDocument, 'trace', 'map', trace_id, '--bursts');
    await promised(SliceDocument, 'trace', 'slice', trace_id, '--template', 'bursts');
    await promised(ExportDocument, 'trace', 'export', trace_id, '--format', 'agent-trace');
  }
  expect([...types].length).toBeGreaterThan(10);
});

it('query, stats, skills and export', { timeout: 30_000 }, async () => {
  for (const argv of [
    ['price'],
    ['error', '--limit', '100'],
    ['--tool', 'Bash', '--sort', 'time'],
    ['nothingsuch'],
  ])
    await promised(QueryDocument, 'trace', 'query', ...argv);
  for (const by of [[], ['--by', 'day'], ['--by', 'agent'], ['--by', 'model'], ['--by', 'project']])
    await promised(StatsDocument, 'trace', 'stats', ...by);
  expect((await promised(SkillsDocument, 'trace', 'skills')).skills.length).toBeGreaterThan(0);
  await promised(ExportDocument, 'trace', 'export', TRACE, '--format', 'markdown');
});
