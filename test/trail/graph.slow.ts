import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrailGraph } from '../../src/trail/graph.ts';
import { ot, ROOT, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

describe('trail graph', () => {
  it('ties traces, patches and commits together', async () => {
    const world = new World();
    world.write('a.ts', 'top of a\n');
    world.write('b.ts', 'top of b\n');
    world.commit('start');
    const [first, second] = [world.session(), world.session()];
    first.edit('a.ts', 'top of a\n', 'top of a\nconst first = 1;\n');
    world.commit('one');
    world.commit('between');
    world.git('checkout', '-q', '-b', 'side');
    second.edit('b.ts', 'top of b\n', 'top of b\nconst second = 2;\n');
    world.commit('two');
    world.git('checkout', '-q', 'main');
    first.edit('a.ts', 'const first = 1;\n', 'const first = 1;\nconst third = 3;\n');
    world.commit('three');
    world.git('commit', '-q', '--amend', '--no-edit');
    second.edit('b.ts', 'top of b\n', 'top of b\nin no commit\n');
    await world.capture();
    const text = async (...argv: string[]): Promise<string[]> => {
      const { stdout } = await runInProcess(['trail', 'graph', ...argv], { machine: world.machine });
      return stdout
        .replace(/[0-9a-f]{8} 2026-03-01 /g, '')
        .replace(/from [0-9a-f]{8}/g, 'from …')
        .replace(/ [0-9a-f]{8}:/g, ' ')
        .split('\n');
    };
    expect(await text()).toEqual([
      '* three (from …)',
      '|   claude-code 3.1  a.ts  1 line (ledger)',
      '| * three (on no branch)',
      '| |   claude-code 3.1  a.ts  1 line (ledger)',
      '| | * two',
      '| | |   claude-code 2.1  b.ts  1 line (ledger)',
      '| |/',
      '|/',
      '* one',
      '    claude-code 2.1  a.ts  1 line (ledger)',
      '',
      'in no commit:',
      '    claude-code 3.1  b.ts',
      '',
    ]);
    const [id] = [...(await world.traceNumbers())].find(([, number]) => number === 2)!;
    const { reply } = await ot(world.machine, 'trail', 'graph', id);
    const { nodes, edges, truncated } = reply as TrailGraph;
    expect(nodes.map(({ kind }) => kind)).toEqual(['commit', 'trace', 'step', 'step', 'patch', 'patch']);
    expect(edges.map(({ kind }) => kind).sort()).toEqual([
      ...['anchored_in', 'has_step', 'has_step', 'made', 'made'],
    ]);
    const ids = new Set(nodes.map((node) => node.id));
    expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
    expect(truncated).toBe(false);
    expect((await text('-n', '1')).slice(0, 4)).toEqual([
      ...['* three', '    claude-code 3.1  a.ts  1 line (ledger)', '', 'in no commit:'],
    ]);
    expect((await ot(world.machine, 'trail', 'graph', '-n', '1')).reply.truncated).toBe(true);
    expect((await ot(world.machine, 'trail', 'graph', 'ffffffff')).code).toBe(6);
  });

  it('names what a trace started, and what started it', async () => {
    const world = new World();
    world.commit('start');
    const story = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'subagents-progress', 'input.jsonl');
    await world.json('capture', story);
    const { traces } = await world.json<{ traces: { trace_id: string; parent_trace_id?: string }[] }>(
      ...['trace', 'list', '--subagents'],
    );
    const [parent, ...children] = [...traces].sort((left) => (left.parent_trace_id === undefined ? -1 : 1));
    const started = async (id: string): Promise<string[]> => {
      const { edges } = await world.json<TrailGraph>('trail', 'graph', id);
      return edges.map(({ kind, from, to }) => `${kind} ${from} ${to}`).sort();
    };
    const expected = children.map(({ trace_id }) => `started t:${parent!.trace_id} t:${trace_id}`).sort();
    expect(expected).toHaveLength(2);
    expect(await started(parent!.trace_id)).toEqual(expected);
    expect(await started(children[0]!.trace_id)).toEqual([
      `started t:${parent!.trace_id} t:${children[0]!.trace_id}`,
    ]);
  });
});
