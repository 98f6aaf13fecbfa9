/** The port over SQLite: values in and out, failures by name, read-only. */
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqlite, sqliteFailure } from '../../src/base/sqlite.ts';
import { tempDir } from '../support/git-env.ts';

const folder = tempDir('git-ot-sqlite-');

function failureOf(work: () => unknown): string | null {
  try {
    work();
  } catch (error) {
    return sqliteFailure(error);
  }
  return 'none';
}

describe('sqlite', () => {
  it('gives back what was put in', async () => {
    const database = await openSqlite(join(folder, 'values.db'));
    database.exec('CREATE TABLE t (a, b)');
    const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
    insert.run(1, 'text "quoted" é');
    insert.run(2 ** 40, null);
    insert.run(2.5, Buffer.from([0, 255]));
    const rows = database.all('SELECT a, b FROM t ORDER BY rowid').map(({ a, b }) => [a, b]);
    expect(rows).toEqual([
      [1, 'text "quoted" é'],
      [2 ** 40, null],
      [2.5, new Uint8Array([0, 255])],
    ]);
    expect(database.all('SELECT a FROM t WHERE b = ?', 'none')).toEqual([]);
    database.close();
  });

  it('searches text that it does not keep', async () => {
    const database = await openSqlite(join(folder, 'text.db'));
    database.exec("CREATE VIRTUAL TABLE f USING fts5(x, content='', contentless_delete=1)");
    database.prepare('INSERT INTO f (rowid, x) VALUES (?, ?)').run(2 ** 40 + 7, 'the quick fox');
    expect(database.all<{ rowid: number }>("SELECT rowid FROM f WHERE f MATCH 'quick'")[0]?.rowid).toBe(
      2 ** 40 + 7,
    );
    database.prepare('DELETE FROM f WHERE rowid = ?').run(2 ** 40 + 7);
    expect(database.all("SELECT rowid FROM f WHERE f MATCH 'quick'")).toEqual([]);
    database.close();
  });

  it('makes no file beside one that is immutable', async () => {
    const path = join(folder, 'rest.db');
    const writer = await openSqlite(path);
    writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (7)');
    writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    writer.close();
    for (const side of ['-wal', '-shm']) rmSync(`${path}${side}`, { force: true });
    const reader = await openSqlite(path, { readonly: true, immutable: true });
    expect(reader.all('SELECT a FROM t')).toEqual([{ a: 7 }]);
    expect(() => reader.exec('DELETE FROM t')).toThrow();
    expect([existsSync(`${path}-wal`), existsSync(`${path}-shm`)]).toEqual([false, false]);
    reader.close();
  });

  it('tells failures apart', async () => {
    const path = join(folder, 'busy.db');
    const [first, second] = [await openSqlite(path), await openSqlite(path)];
    first.exec('CREATE TABLE t (a)');
    first.exec('BEGIN IMMEDIATE');
    expect(failureOf(() => second.exec('BEGIN IMMEDIATE'))).toBe('busy');
    expect(failureOf(() => second.prepare('SELEC'))).toBe('other');
    first.exec('COMMIT');
    first.close();
    second.close();
    writeFileSync(path, 'no database at all, but text that is long enough to be looked at '.repeat(20));
    const broken = await openSqlite(path);
    expect(failureOf(() => broken.all('SELECT * FROM t'))).toBe('corrupt');
    const absent = await openSqlite(join(folder, 'no', 'such.db')).catch((error: unknown) => error);
    expect(sqliteFailure(absent)).toMatch(/^(unopenable|other)$/);
    expect(sqliteFailure(new Error('another'))).toBeNull();
  });

  it('opens for reading only, and makes no file then', async () => {
    const path = join(folder, 'with space?.db');
    const writer = await openSqlite(path);
    writer.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    writer.close();
    const before = statSync(path).mtimeMs;
    const reader = await openSqlite(path, { readonly: true });
    expect(reader.all('SELECT a FROM t')).toHaveLength(1);
    expect(failureOf(() => reader.exec('INSERT INTO t VALUES (2)'))).toBe('unwritable');
    reader.close();
    expect(statSync(path).mtimeMs).toBe(before);
    const missing = join(folder, 'missing.db');
    const refused = await openSqlite(missing, { readonly: true })
      .then((database) => database.all('SELECT 1 FROM sqlite_master'))
      .catch(sqliteFailure);
    expect(refused).toBe('unopenable');
    expect(existsSync(missing)).toBe(false);
  });
});
