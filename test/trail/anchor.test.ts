import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

/** Notes of hooks, as the scripts write them. */
function spool(world: World, name: string, head: string, body: string): void {
  const folder = join(world.machine.otHome, 'spool');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `git-ot spool 1\n${head}\ncwd ${world.root}\n\n${body}`);
}

describe('a drain after a commit', () => {
  it('attributes its lines, writes notes and lets them follow a rewrite', async () => {
    const world = new World();
    world.write('a.ts', 'one\ntwo\nthree\n');
    world.commit();
    const session = world.session();
    session.edit('a.ts', 'two\n', 'two\nwritten by the agent\n');
    const commit = world.commit();
    const prompt = { hook_event_name: 'UserPromptSubmit', transcript_path: session.file };
    spool(world, 'event-1-0', 'kind agent\nname claude-code', JSON.stringify(prompt));
    spool(world, 'event-2-0', 'kind git\nname post-commit', '');
    expect(await world.json('capture', 'drain')).toMatchObject({ drain: { events: 2, set_aside: 0 } });
    const [trace] = (await world.traceNumbers()).keys();
    expect(world.git('notes', '--ref=opentraces', 'show', commit)).toBe(`opentraces:${trace}`);
    expect(world.git('config', 'notes.opentraces.mergeStrategy')).toBe('cat_sort_uniq');
    world.git('commit', '-q', '--amend', '-m', 'another message');
    expect(world.git('notes', '--ref=opentraces', 'show', 'HEAD')).toBe(`opentraces:${trace}`);
    expect(await world.json('bucket', 'verify', '--full')).toMatchObject({ status: 'ok' });
  });
});

it('finds a file anew that is kept under a name without patches', async () => {
  const world = new World();
  world.write('a.ts', 'one\ntwo\nthree\nfour\n');
  world.commit();
  world.git('mv', 'a.ts', 'b.ts');
  world.commit();
  const session = world.session();
  session.edit('b.ts', 'two\n', 'two\nwritten by the agent\n');
  world.commit();
  await world.capture();
  const owners = ['0 one', '0 two', '1 written by the agent', '0 three', '0 four'];
  expect(await world.owners('b.ts')).toEqual(owners);
  expect(await world.json('trail', 'sync', '--all')).toMatchObject({ status: 'ok' });
  expect(await world.owners('b.ts')).toEqual(owners);
  expect(await world.json('trail', 'verify')).toMatchObject({ ok: true });
});
