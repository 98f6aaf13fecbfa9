/** The catalog follows the journals: whatever happens to them and to it, it ends up as if it had been built anew. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.ts';
import { rebuildCatalog } from '../../src/catalog/rebuild.ts';
import { catalogPath, openCatalog } from '../../src/catalog/store.ts';
import { append } from '../capture/session-file.ts';
import { newMachine, runInProcess } from '../support/cli.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { FIXTURES, plantedSession, plantedText, traceOf } from '../sync/sessions.ts';
import { contents, expectAsBuiltAnew, find, look, NOW, refresh } from './support.ts';

describe('growth', () => {
  it('takes in new traces and new steps, and only those', async () => {
    const machine = new SyncMachine();
    const session = plantedSession({ number: 1, turns: 30 });
    await machine.capture(session.path);
    expect(await refresh(machine)).toMatchObject({ traces: 1, pending: 0 });
    expect(await refresh(machine)).toMatchObject({ traces: 0, pending: 0 });
    expect((await find(machine, '"session 1 question 7"')).length).toBe(1);
    expect(await find(machine, '"question 33"')).toEqual([]);

    const longer = plantedText({ number: 1, turns: 33 }).bytes();
    append(session.path, longer.subarray(session.text.bytes().length));
    await machine.capture(session.path, plantedSession({ number: 2 }).path);
    expect(await refresh(machine)).toMatchObject({ traces: 2, pending: 0 });
    expect((await find(machine, '"session 1 question 7"')).length).toBe(1);
    expect((await find(machine, '"question 33"')).length).toBe(1);
    await expectAsBuiltAnew(machine);
    await expectSound([], [machine]);
  });

  it('leaves segments alone that have not changed', async () => {
    const machine = new SyncMachine();
    const session = plantedSession({ number: 1, turns: 60 });
    await machine.capture(session.path);
    await refresh(machine);
    const sizes = () =>
      look(machine.home, (db) => db.all<{ n: number }>('SELECT total_changes() AS n')[0]!.n);
    expect(await sizes()).toBe(0);
    const before = await look(machine.home, (db) => db.all('SELECT first, oid FROM segments ORDER BY first'));
    append(session.path, plantedText({ number: 1, turns: 61 }).bytes().subarray(session.text.bytes().length));
    await machine.capture(session.path);
    await refresh(machine);
    const after = await look(machine.home, (db) => db.all('SELECT first, oid FROM segments ORDER BY first'));
    expect(after.length).toBeGreaterThanOrEqual(before.length);
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    await expectAsBuiltAnew(machine);
  });

  it('counts a session that grew as one that came whole', async () => {
    const machine = new SyncMachine();
    const session = plantedSession({ number: 1, turns: 3 });
    await machine.capture(session.path, plantedSession({ number: 2, turns: 9 }).path);
    await refresh(machine);
    let size = session.text.bytes().length;
    for (const turns of [5, 30, 31, 40]) {
      const longer = plantedText({ number: 1, turns }).bytes();
      append(session.path, longer.subarray(size));
      size = longer.length;
      await machine.capture(session.path);
      await refresh(machine);
    }
    const scores = () =>
      look(machine.home, (db) =>
        db.all("SELECT rowid % 1048576 AS step, rank FROM texts WHERE texts MATCH 'session AND 31'"),
      );
    const grown = await scores();
    expect(grown.length).toBeGreaterThan(0);
    await expectAsBuiltAnew(machine);
    await machine.withShelves((shelves) => rebuildCatalog(machine.home, shelves, { now: NOW }));
    expect(await scores()).toEqual(grown);
  });

  it('takes in every fixture', async () => {
    const machine = new SyncMachine();
    await machine.capture(FIXTURES);
    expect(await refresh(machine)).toMatchObject({ pending: 0, damaged: [] });
    const { traces, gaps } = await look(
      machine.home,
      (db) =>
        db.all<{ traces: number; gaps: number }>(
          'SELECT count(*) AS traces, sum(gaps) AS gaps FROM traces',
        )[0]!,
    );
    expect(traces).toBe((await machine.ids()).length);
    expect(gaps).toBe(0);
    await expectAsBuiltAnew(machine);
  });
});

describe('the log of writes', () => {
  it('is emptied, and no reader is waited for', async () => {
    const machine = new SyncMachine();
    const log = (): number =>
      statSync(`${catalogPath(machine.home)}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    const reader = await openCatalog(machine.home);
    await machine.capture(plantedSession({ number: 1, turns: 30 }).path);
    await refresh(machine);
    expect(log()).toBe(0);

    reader.database.exec('BEGIN; SELECT count(*) FROM traces');
    await machine.capture(plantedSession({ number: 2 }).path);
    const start = process.hrtime.bigint();
    expect(await refresh(machine)).toMatchObject({ traces: 1, blocked: null });
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(1500);
    expect(log()).toBeGreaterThan(0);
    reader.database.exec('COMMIT');
    await machine.capture(plantedSession({ number: 3 }).path);
    await refresh(machine);
    expect(log()).toBe(0);
    reader.database.close();
    await expectAsBuiltAnew(machine);
  });
});

describe('pulled repositories', () => {
  it('are searched too, our own copy first, and forgotten with their remote', async () => {
    const remote = await BareRemote.create();
    const [anna, ben] = [new SyncMachine(), new SyncMachine()];
    for (const machine of [anna, ben]) await machine.addRemote(remote.gitDir);
    const shared = plantedSession({ number: 2, turns: 2 });
    await anna.capture(plantedSession({ number: 1, turns: 2 }).path, shared.path);
    await anna.push();
    await ben.capture(shared.path);
    await ben.pull();
    await refresh(ben);
    expect((await find(ben, '"session 1 question 2"'))[0]).toMatch(traceOf(1));
    const remotes = await look(ben.home, (db) =>
      db.all(
        'SELECT t.trace_id AS id, j.remote FROM traces t JOIN journals j ON j.id = t.journal ORDER BY t.trace_id',
      ),
    );
    expect(
      remotes.map((row) => ({ ...row })).sort((a, b) => (String(a.remote) < String(b.remote) ? -1 : 1)),
    ).toEqual([
      { id: traceOf(2), remote: '' },
      { id: traceOf(1), remote: 'team' },
    ]);
    await expectAsBuiltAnew(ben);
    rmSync(`${ben.home}/remotes/team.git`, { recursive: true });
    await refresh(ben);
    expect(await find(ben, '"session 1"')).toEqual([]);
    expect((await find(ben, '"session 2"')).length).toBeGreaterThan(0);
    await expectAsBuiltAnew(ben);
  });
});

describe('interruption', () => {
  it('goes on where a build ended early, and says what is missing', async () => {
    const machine = new SyncMachine();
    const paths = [1, 2, 3, 4, 5].map((number) => plantedSession({ number, turns: 3 }).path);
    await machine.capture(...paths);
    let done = 0;
    const goOn = (): boolean => {
      done += 1;
      return done < 2;
    };
    const first = await refresh(machine, { goOn });
    expect(first).toMatchObject({ traces: 2, pending: 3 });
    expect((await find(machine, 'question')).length).toBe(6);
    expect(await refresh(machine)).toMatchObject({ traces: 3, pending: 0 });
    await expectAsBuiltAnew(machine);
  });

  it('ignores a build that died', async () => {
    const machine = new SyncMachine();
    await machine.capture(plantedSession({ number: 1 }).path);
    await refresh(machine);
    await machine.capture(plantedSession({ number: 2 }).path, plantedSession({ number: 3 }).path);
    const before = await contents(machine.home);
    const dying = refresh(machine, {
      onTrace: () => {
        throw new Error('gone');
      },
    });
    await expect(dying).rejects.toThrow('gone');
    expect(await contents(machine.home)).toEqual(before);
    expect(await refresh(machine)).toMatchObject({ traces: 2, pending: 0 });
    await expectAsBuiltAnew(machine);
  });

  it('answers from what there is while another process writes', async () => {
    const machine = new SyncMachine();
    await machine.capture(plantedSession({ number: 1 }).path);
    await refresh(machine);
    await machine.capture(plantedSession({ number: 2 }).path);
    const other = await openSqlite(catalogPath(machine.home));
    other.exec('BEGIN IMMEDIATE');
    expect(await refresh(machine)).toMatchObject({ traces: 0, pending: 1, blocked: 'locked' });
    expect((await find(machine, 'question')).length).toBe(1);
    other.exec('ROLLBACK');
    other.close();
    expect(await refresh(machine)).toMatchObject({ traces: 1, blocked: null });
  });

  it('tells how much is missing beside the first build of another process', async () => {
    const machine = newMachine();
    const paths = [1, 2, 3].map((number) => plantedSession({ number }).path);
    await runInProcess(['capture', ...paths], { machine });
    const query = async () =>
      JSON.parse((await runInProcess(['trace', 'query', 'question', '--json'], { machine })).stdout);
    const { database: other } = await openCatalog(machine.otHome);
    other.exec('BEGIN IMMEDIATE');
    expect(await query()).toMatchObject({
      total: 0,
      freshness: { stale: true, stale_reason: expect.stringContaining('3 traces'), pending: 3 },
    });
    other.exec('ROLLBACK');
    other.close();
    expect((await query()).freshness).toMatchObject({ stale: false, pending: 0 });
  });
});

describe('damage', () => {
  async function machineWithCatalog() {
    const machine = newMachine();
    await runInProcess(['capture', plantedSession({ number: 1, turns: 40 }).path], { machine });
    const query = async () => {
      const { stdout, code } = await runInProcess(['trace', 'query', 'question', '--json'], { machine });
      return { code, ...JSON.parse(stdout) };
    };
    expect(await query()).toMatchObject({ total: 40 });
    return { machine, query, path: catalogPath(machine.otHome) };
  }

  it.each([
    ['no database', () => Buffer.from('not a database '.repeat(500))],
    ['an empty file', () => Buffer.alloc(0)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['zeros in the middle', (bytes: Buffer) => Buffer.from(bytes).fill(0, 8192, bytes.length - 4096)],
    ['a wrong header', (bytes: Buffer) => Buffer.from(bytes).fill(0x41, 0, 64)],
  ])('%s: made anew', async (_, damage) => {
    const { query, path } = await machineWithCatalog();
    writeFileSync(path, damage(readFileSync(path)));
    expect(await query()).toMatchObject({ status: 'ok', total: 40, freshness: { stale: false } });
  });

  it('refuses a newer version by name; a rebuild makes it anew', async () => {
    const { machine, query, path } = await machineWithCatalog();
    const database = await openSqlite(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(await query()).toMatchObject({ code: 2, error: { code: 'OT_CATALOG_NEWER' } });
    expect((await runInProcess(['bucket', 'rebuild', '--json'], { machine })).code).toBe(0);
    expect(await query()).toMatchObject({ total: 40 });
  });

  it('makes one of an older version anew', async () => {
    const { query, path } = await machineWithCatalog();
    const database = await openSqlite(path);
    database.exec('PRAGMA user_version = 0; DROP TABLE pending; ALTER TABLE traces RENAME TO old_traces');
    database.close();
    expect(await query()).toMatchObject({ total: 40 });
  });

  it('says that a folder stands in its place, and deletes nothing of it', async () => {
    const machine = newMachine();
    await runInProcess(['capture', plantedSession({ number: 1 }).path], { machine });
    const file = `${machine.otHome}/cache/catalog.sqlite/mine`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'a file');
    for (const argv of [
      ['trace', 'query', 'x'],
      ['bucket', 'rebuild', '--substrate', 'catalog'],
    ]) {
      const { stdout, code } = await runInProcess([...argv, '--json'], { machine });
      const { error } = JSON.parse(stdout);
      expect([code, error.code]).toEqual([2, 'OT_CATALOG_UNWRITABLE']);
      expect(error.message).toContain('a folder stands where the catalog belongs');
      expect(error.hint).toContain('move it away');
    }
    expect(existsSync(file)).toBe(true);
  });

  it('says where the catalog cannot be written', async () => {
    const machine = newMachine();
    await runInProcess(['capture', plantedSession({ number: 1 }).path], { machine });
    writeFileSync(`${machine.otHome}/cache`, 'a file');
    const { stdout, code } = await runInProcess(['trace', 'query', 'x', '--json'], { machine });
    expect(JSON.parse(stdout).error.code).toBe('OT_CATALOG_UNWRITABLE');
    expect(code).toBe(2);
  });
});

describe('texts that are not here', () => {
  it('are told of hits, and make a trace incomplete', async () => {
    const machine = newMachine();
    const { path, traceId } = plantedSession({ number: 1, turns: 2 });
    await runInProcess(['capture', path, plantedSession({ number: 2 }).path], { machine });
    const query = async (...argv: string[]) =>
      JSON.parse((await runInProcess(['trace', 'query', 'question', '--json', ...argv], { machine })).stdout);
    const [hit] = (await query()).candidates.filter(
      (each: { trace_id: string }) => each.trace_id === traceId,
    );
    expect(hit.limitations).toEqual([]);
    const oid = await look(
      machine.otHome,
      (db) =>
        db.all<{ oid: string }>(
          'SELECT s.oid FROM segments s JOIN traces t ON t.id = s.trace WHERE t.trace_id = ?',
          traceId,
        )[0]!.oid,
    );
    rmSync(`${machine.otHome}/bucket.git/objects/${oid.slice(0, 2)}/${oid.slice(2)}`);

    const after = await query();
    const lost = after.candidates.filter((each: { trace_id: string }) => each.trace_id === traceId);
    expect(lost.map(({ excerpts, limitations }: Record<string, unknown>) => [excerpts, limitations])).toEqual(
      [
        [[], ['text_not_here']],
        [[], ['text_not_here']],
      ],
    );
    expect(after.next_steps).toContain('git ot bucket verify --full');

    await runInProcess(['bucket', 'rebuild'], { machine });
    const rebuilt = await query();
    expect(rebuilt.freshness).toMatchObject({ stale: false, incomplete: 1 });
    expect(rebuilt.candidates.map((each: { trace_id: string }) => each.trace_id)).not.toContain(traceId);
    expect((await query('--agent', 'claude-code')).status).toBe('ok');
  });

  it('of a record that is damaged leave the rest to be found', async () => {
    const machine = newMachine();
    await runInProcess(['capture', plantedSession({ number: 1, turns: 40 }).path], { machine });
    const query = async () =>
      JSON.parse((await runInProcess(['trace', 'query', 'question', '--json'], { machine })).stdout);
    expect((await query()).total).toBe(40);
    const oids = await look(machine.otHome, (db) =>
      db.all<{ oid: string }>('SELECT oid FROM segments ORDER BY first'),
    );
    const oid = oids[0]!.oid;
    rmSync(`${machine.otHome}/bucket.git/objects/${oid.slice(0, 2)}/${oid.slice(2)}`);
    rmSync(`${machine.otHome}/cache`, { recursive: true });
    const { total, freshness } = await query();
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(40);
    expect(freshness.incomplete).toBe(1);
  });
});
