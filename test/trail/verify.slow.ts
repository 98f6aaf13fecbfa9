import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.ts';
import type { TrailReport } from '../../src/trail/verify.ts';
import { ot } from '../support/cli.ts';
import { World } from './world.ts';

const NOBODY = '00000000-0000-4000-8000-00000000000f';

describe('trail verify', () => {
  it('finds owners that are not those of a replay, and notes that say too much or too little', async () => {
    const world = new World();
    for (const name of ['a', 'b']) world.write(`${name}.ts`, `top of ${name}\n`);
    const start = world.commit('start');
    const [first, second] = [world.session(), world.session()];
    first.edit('a.ts', 'top of a\n', 'top of a\nconst first = 1;\n');
    const one = world.commit('one');
    second.edit('b.ts', 'top of b\n', 'top of b\nconst second = 2;\n');
    const two = world.commit('two');
    await world.capture();
    const verify = async (...argv: string[]) => {
      const { code, reply } = await ot(world.machine, 'trail', 'verify', ...argv);
      const { findings, pending } = reply as TrailReport;
      return [code, pending, findings.map(({ code: found, path }) => `${found} ${path}`)];
    };
    expect(await verify()).toEqual([0, { files: 2, notes: 0 }, []]);
    await world.json('trail', 'sync', '--no-notes');
    expect(await verify()).toEqual([0, { files: 0, notes: 2 }, []]);
    await world.json('trail', 'sync');
    const sound = [0, { files: 0, notes: 0 }, []];
    expect(await verify()).toEqual(sound);

    const ids = new Map([...(await world.traceNumbers())].map(([id, number]) => [number, id]));
    const note = (verb: string, oid: string, ...more: string[]) =>
      world.git('notes', '--ref=opentraces', verb, ...more, oid);
    note('append', two, '-m', `opentraces:${ids.get(1)}`);
    note('append', one, '-m', `opentraces:${ids.get(2)}`, '-m', 'a remark of a person');
    note('add', start, '-f', '-m', `opentraces:${NOBODY}\nopentraces:nothing`);
    expect(await verify()).toEqual([
      5,
      { files: 0, notes: 0 },
      [`note_forged ${one}`, `note_malformed ${start}`].sort((a, b) =>
        a.split(' ')[1]! < b.split(' ')[1]! ? -1 : 1,
      ),
    ]);
    note('remove', two);
    expect(await verify('HEAD')).toEqual([5, { files: 0, notes: 0 }, [`note_missing ${two}`]]);
    for (const oid of [one, start]) note('remove', oid);
    await world.json('trail', 'sync', '--all');
    expect(await verify()).toEqual(sound);

    const catalog = await openSqlite(join(world.machine.otHome, 'cache', 'catalog.sqlite'));
    for (const { path, owners } of catalog.all<{ path: string; owners: Uint8Array }>(
      'SELECT * FROM trail_files',
    )) {
      const text = inflateRawSync(owners)
        .toString()
        .replaceAll(`"${ids.get(2)}",`, `"${NOBODY}",`);
      catalog.prepare('UPDATE trail_files SET owners = ? WHERE path = ?').run(deflateRawSync(text), path);
    }
    catalog.close();
    const [code, , findings] = await verify();
    expect([code, findings]).toEqual([5, ['owners_differ b.ts', `patch_gone tp:${NOBODY}:2.1`]]);
  });

  it('counts commits that are gone and notes of them, which are no findings', async () => {
    const world = new World();
    world.write('a.ts', 'top of a\n');
    world.commit('start');
    world.git('checkout', '-q', '-b', 'side');
    world.session().edit('a.ts', 'top of a\n', 'top of a\nconst first = 1;\n');
    world.commit('side');
    await world.capture();
    await world.json('trail', 'sync');
    world.git('checkout', '-q', 'main');
    world.git('branch', '-q', '-D', 'side');
    world.git('reflog', 'expire', '--expire=now', '--all');
    world.git('gc', '-q', '--prune=now');
    const verify = async () => {
      const { code, reply } = await ot(world.machine, 'trail', 'verify');
      const { findings, files_skipped: skipped, commits_gone: pruned } = reply as TrailReport;
      return [code, skipped, pruned, findings.map((found) => `${found.code} ${found.path}`)];
    };
    expect(await verify()).toEqual([0, 1, 1, []]);
    world.git('notes', '--ref=opentraces', 'prune');
    await world.json('bucket', 'rebuild');
    await world.json('trail', 'sync');
    expect(await verify()).toEqual([0, 0, 0, []]);
  });
});
