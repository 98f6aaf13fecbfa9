import { describe, expect, it } from 'vitest';
import type { TrailGraph } from '../../src/trail/graph.ts';
import { ot, runInProcess } from '../support/cli.ts';
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
});
