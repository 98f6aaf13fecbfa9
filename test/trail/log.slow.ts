import { describe, expect, it } from 'vitest';
import type { TrailLog } from '../../src/trail/log.ts';
import { ot, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

describe('trail log', () => {
  it('tells turns, commits, rewrites and merges, the newest first', async () => {
    const world = new World();
    world.write('a.ts', 'top of a\n');
    world.write('sub/b.ts', 'top of b\n');
    world.commit('start');
    const [first, second] = [world.session(), world.session()];
    first.edit('a.ts', 'top of a\n', 'top of a\nconst first = 1;\n');
    world.commit('one');
    world.git('commit', '-q', '--amend', '--no-edit');
    world.git('checkout', '-q', '-b', 'side');
    second.edit('sub/b.ts', 'top of b\n', 'top of b\nconst second = 2;\n');
    world.commit('two');
    world.git('checkout', '-q', 'main');
    world.write('note.md', 'by a person\n');
    world.commit('not of agents');
    first.edit('a.ts', 'const first = 1;\n', 'const first = 1;\nconst third = 3;\n');
    await world.capture();
    const log = (...argv: string[]) => world.json<TrailLog>('trail', 'log', ...argv);
    const told = ({ events }: TrailLog): string[] =>
      events.map((event) => {
        if (event.kind === 'turn') return `turn ${event.patches} ${event.paths} ${event.anchored_in.length}`;
        if ('traces' in event)
          return `${event.kind} ${event.subject} ${event.reached_from} ${event.attributed}`;
        return `${event.kind} ${event.evidence} ${event.commit === world.git('rev-parse', 'main~1')}`;
      });
    expect(told(await log())).toEqual([
      'turn 2 a.ts 2',
      'commit two refs 1',
      'turn 1 sub/b.ts 1',
      'rewrite derived true',
      'commit one head 1',
      'commit one reflog 1',
    ]);
    expect(told(await log('--path', 'sub'))).toEqual(['commit two refs 1', 'turn 1 sub/b.ts 1']);
    expect(await log('--path', '.')).toEqual(await log());
    const short = await log('-n', '2');
    expect(told(short)).toEqual(['turn 2 a.ts 2', 'commit two refs 1']);
    expect(short.more).toBe(true);
    expect((await log('--agent', 'codex-cli')).events).toEqual([]);
    expect(told(await log('--since', short.events[1]!.time))).toEqual(['turn 1 a.ts 0', 'commit two refs 1']);
    for (const wrong of [
      ['--agent', 'nobody'],
      ['--since', 'yesterday'],
      ['--limit', '0'],
      ['--path', '../elsewhere'],
    ])
      expect((await ot(world.machine, 'trail', 'log', ...wrong)).reply.error.code).toBe('OT_BAD_VALUE');
    const { stdout } = await runInProcess(['trail', 'log', '-n', '1'], { machine: world.machine });
    expect(stdout).toContain('    Request 1: change something\n    2 patches (2-3), a.ts, in ');
  });
});
