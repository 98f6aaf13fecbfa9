import { describe, expect, it } from 'vitest';
import type { TrackedPatch } from '../../src/trail/track.ts';
import { World } from './world.ts';

describe('trail track', () => {
  it('tells what became of each patch', async () => {
    const world = new World();
    for (const name of ['kept', 'moved', 'part', 'gone', 'back'])
      world.write(`${name}.ts`, `start of ${name}\n`);
    world.commit();
    const session = world.session();
    for (const name of ['kept', 'moved', 'part', 'gone'])
      session.edit(
        `${name}.ts`,
        `start of ${name}\n`,
        `start of ${name}\nfirst added line\nsecond added line\n`,
      );
    world.commit();
    session.edit('back.ts', 'start of back\n', 'start of back\nto be taken back\n');
    world.commit('to be reverted');
    world.git('revert', '--no-edit', 'HEAD');
    world.git('mv', 'moved.ts', 'other.ts');
    world.write('part.ts', 'start of part\nsecond added line\n');
    world.write('gone.ts', 'start of gone\n');
    world.commit();
    world.git('checkout', '-q', '-b', 'side');
    session.edit('kept.ts', 'start of kept\n', 'start of kept\non a side branch\n');
    world.commit();
    world.git('checkout', '-q', 'main');
    session.write('never.ts', 'not in a commit\n');
    await world.capture();
    const { patches } = await world.json<{ patches: TrackedPatch[] }>('trail', 'track', '--all');
    expect(
      patches.map(({ path, current_survival, retention_fraction }) => [
        path,
        current_survival,
        retention_fraction,
      ]),
    ).toEqual([
      ['kept.ts', 'alive_on_path', 1],
      ['moved.ts', 'alive_moved', 1],
      ['part.ts', 'partially_preserved', 0.5],
      ['gone.ts', 'lost', 0],
      ['back.ts', 'reverted', 0],
      ['kept.ts', 'orphan_branch', 0],
      ['never.ts', 'never_committed', null],
    ]);
  });
});
