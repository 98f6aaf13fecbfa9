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

describe('lines that gave way', () => {
  it('follows what took the place of lines to HEAD', async () => {
    const world = new World();
    const names = ['mended', 'rewritten', 'mended-later', 'merged', 'cleared', 'cut'];
    for (const name of names)
      world.write(`${name}.ts`, `top of ${name}\n${'// filler\n'.repeat(9)}end of ${name}\n`);
    world.commit();
    const session = world.session();
    for (const name of names.slice(0, 5))
      session.edit(`${name}.ts`, `top of ${name}\n`, `top of ${name}\nconst first = 1;\nconst second = 2;\n`);
    session.edit('cut.ts', '// filler\n// filler\n', '');
    world.commit();
    const change = (path: string, from: string, to: string): void =>
      world.write(path, world.read(path).replace(from, to));
    change('mended.ts', 'const second = 2;', 'const second = 22;');
    change('mended-later.ts', 'const first = 1;\nconst second = 2;\n', 'let other = 1;\n');
    session.edit(
      'rewritten.ts',
      'const first = 1;\nconst second = 2;\n',
      'const third = 3;\nconst fourth = 4;\n',
    );
    world.commit();
    change('mended-later.ts', 'let other = 1;', 'let another = 11;');
    change('cleared.ts', 'const first = 1;\nconst second = 2;\n', '');
    world.git('checkout', '-q', '-b', 'side');
    change('merged.ts', 'const first = 1;\nconst second = 2;\n', 'const both = [1, 2];\n');
    world.commit();
    world.git('checkout', '-q', 'main');
    change('merged.ts', 'end of merged', 'end of it');
    world.commit();
    world.git('merge', '-q', '--no-edit', 'side');
    await world.capture();
    const { patches } = await world.json<{ patches: TrackedPatch[] }>('trail', 'track', '--all');
    expect(
      patches.map(({ path, current_survival, preserved_line_count }) => [
        path,
        current_survival,
        preserved_line_count,
      ]),
    ).toEqual([
      ['mended.ts', 'repaired', 1],
      ['rewritten.ts', 'alive_transformed', 0],
      ['mended-later.ts', 'repaired', 0],
      ['merged.ts', 'repaired', 0],
      ['cleared.ts', 'lost', 0],
      ['cut.ts', 'missing_authored_text', 0],
      ['rewritten.ts', 'alive_on_path', 2],
    ]);
  });
});
