import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

describe('trail blame', () => {
  it('tells the lines of an edit from those it repeats', async () => {
    const world = new World();
    world.write('a.ts', 'one\ntwo\nthree\n');
    world.commit();
    const session = world.session();
    session.edit('a.ts', 'two\n', 'two\nadded by the agent\n');
    world.commit();
    await world.capture();
    expect(await world.owners('a.ts')).toEqual(['0 one', '0 two', '1 added by the agent', '0 three']);
  });

  it('answers lines of the work tree', async () => {
    const world = new World();
    world.write('a.ts', 'one\n');
    world.commit();
    world.session().write('b.ts', 'first\nsecond\n');
    world.write('b.ts', 'first\nmine\nsecond\n');
    world.git('add', 'b.ts');
    await world.capture();
    expect(await world.owners('b.ts')).toEqual(['1 first', '0 mine', '1 second']);
  });

  it('answers the same from what a sync has kept', async () => {
    const world = new World();
    world.write('a.ts', 'one\ntwo\nthree\n');
    world.commit();
    world.session().edit('a.ts', 'two\n', 'two and a half\nof the agent\n');
    world.commit();
    await world.capture();
    const before = await world.json<object>('trail', 'blame', 'a.ts');
    expect(await world.json('trail', 'sync')).toMatchObject({
      files: 1,
      replayed: 0,
      commits: 1,
      notes_written: 1,
    });
    expect(await world.json('trail', 'sync')).toMatchObject({
      files: 1,
      replayed: 0,
      commits: 1,
      notes_written: 0,
    });
    expect(await world.json<object>('trail', 'blame', 'a.ts')).toEqual(before);
    expect(world.git('config', '--get-all', 'notes.rewriteRef')).toBe('refs/notes/opentraces');
  });

  it('follows lines through a rebase, a squash and a cherry-pick', async () => {
    const world = new World();
    world.write('a.ts', 'top of the file\nmiddle of the file\nend of the file\n');
    world.commit();
    world.git('checkout', '-q', '-b', 'side');
    world.session().edit('a.ts', 'end of the file\n', 'written by the agent\nend of the file\n');
    world.commit();
    world.git('checkout', '-q', 'main');
    world.write('a.ts', `a new first line\n${world.read('a.ts')}`);
    world.commit();
    const expected = [
      '0 a new first line',
      '0 top of the file',
      '0 middle of the file',
      '1 written by the agent',
      '0 end of the file',
    ];
    await world.capture();
    for (const commands of [
      [
        ['checkout', '-q', '-b', 'picked'],
        ['cherry-pick', 'side'],
      ],
      [
        ['checkout', '-q', '-b', 'squashed', 'main'],
        ['merge', '-q', '--squash', 'side'],
        ['commit', '-q', '-m', 's'],
      ],
      [
        ['checkout', '-q', '-b', 'rebased', 'side'],
        ['rebase', '-q', 'main'],
      ],
    ]) {
      for (const args of commands) world.git(...args);
      expect(await world.owners('a.ts')).toEqual(expected);
    }
  });
});

describe('trail blame of a commit beside the history', () => {
  it('answers lines of a stash', async () => {
    const world = new World();
    world.write('a.ts', 'one\n');
    world.commit();
    const session = world.session();
    session.edit('a.ts', 'one\n', 'one\nadded by the agent\n');
    world.git('stash', '-q');
    session.write('a.ts', 'one\nadded later on\nadded by the agent\n');
    world.commit();
    await world.capture();
    expect(await world.owners('a.ts', '--rev', 'stash')).toEqual(['0 one', '1 added by the agent']);
  });
});
