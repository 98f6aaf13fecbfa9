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
});
