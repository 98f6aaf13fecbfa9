import { describe, expect, it } from 'vitest';
import type { StatRow, TrailStats } from '../../src/trail/stats.ts';
import { ot, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

const short = ({
  key,
  lines,
  agent_lines,
  commits,
  commits_with_lineage,
  patches,
  retention_fraction,
}: StatRow) => [key, lines, agent_lines, commits, commits_with_lineage, patches, retention_fraction];

describe('trail stats', () => {
  it('counts lines that tell, by owner, and what is left of them', async () => {
    const world = new World();
    const session = world.session();
    session.write('a.ts', 'const one = 1;\n{\n}\n\nconst two = 2;\nconst three = 3;\n');
    world.commit('by an agent');
    world.write('a.ts', '  const one = 1;\n{\n}\n\nconst two = 2;\nconst four = 4;\n');
    world.write('b.ts', 'const five = 5;\n}\nconst six = 6;\n');
    world.git('add', '-A');
    world.gitWith({ env: { GIT_AUTHOR_EMAIL: 'other@example.invalid' } }, 'commit', '-qm', 'by a person');
    world.git('checkout', '-q', '-b', 'side');
    session.edit('b.ts', 'const six = 6;\n', 'const six = 6;\nconst seven = 7;\n');
    world.commit('elsewhere');
    world.git('checkout', '-q', 'main');
    session.edit('b.ts', 'const six = 6;\n', 'const six = 6;\nconst eight = 8;\n');
    world.commit('again');
    await world.capture();
    const stats = (...argv: string[]) => world.json<TrailStats>('trail', 'stats', ...argv);
    const { total, groups } = await stats();
    expect([short(total), groups]).toEqual([[null, 7, 4, 3, 2, 3, 0.75], []]);
    expect(total.agent_ratio).toBe(0.5714);
    expect(total.survival).toEqual({ alive_on_path: 1, orphan_branch: 1, repaired: 1 });
    expect((await stats('--by', 'agent')).groups.map(short)).toEqual([
      ['claude-code', 4, 4, 2, 2, 3, 0.75],
      [null, 3, 0, 1, 0, 0, null],
    ]);
    expect((await stats('--by', 'model')).groups.map(({ key }) => key)).toEqual(['claude-test-1', null]);
    expect((await stats('--by', 'author')).groups.map(short)).toEqual([
      ['person@example.invalid', 4, 4, 2, 2, 2, 0.75],
      ['other@example.invalid', 3, 0, 1, 0, 0, null],
      [null, 0, 0, 0, 0, 1, null],
    ]);
    expect((await stats('--by', 'path')).groups.map(short)).toEqual([
      ['a.ts', 4, 3, 2, 1, 1, 0.6667],
      ['b.ts', 3, 1, 2, 1, 2, 1],
    ]);
    const { stdout } = await runInProcess(['trail', 'stats'], { machine: world.machine });
    expect(stdout).toContain('4 of 7 lines, 57.1 %, by agents');
    expect((await ot(world.machine, 'trail', 'stats', '--by', 'day')).code).toBe(2);
  });
});
