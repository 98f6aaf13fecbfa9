/**
 * OpenCode's database (`opencode.db`): of each session the rows of `session`, of each message in order of
 * time, of its parts in order of their ids, then parts of no message and the rows of `todo`. A row is a line
 * `{"table":...,"row":{column: value}}`; JSON text stands as the value it spells when that loses nothing, an
 * integer beyond 2^53 as its digits, bytes as `{"$base64":...}`. Other tables hold nothing of a session, or
 * secrets.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { OtError } from '../../base/errors.ts';
import {
  openSqlite,
  type Sqlite,
  type SqliteRow,
  type SqliteStatement,
  type SqliteValue,
  sqliteFailure,
} from '../../base/sqlite.ts';
import type { SessionIdentity } from '../session-source.ts';
import {
  type FileStore,
  inPieces,
  type StoredSession,
  unusableId,
  type WatchedFile,
} from '../session-store.ts';
import { nativeIdOf } from '../shared/native-id.ts';
import type { SourceInput } from '../source-input.ts';
import { exactValueOf } from './exact-json.ts';
import { identityOf } from './identity.ts';
import { opencodeRows } from './index.ts';
import { rootOf } from './roots.ts';

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** Columns without which a table is not the one we know. */
const NEEDED: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['message', ['id', 'session_id', 'data']],
  ['part', ['id', 'message_id', 'session_id', 'data']],
];

export const opencodeDatabase: FileStore = {
  format: opencodeRows,
  detect: async (head, path) =>
    head.subarray(0, MAGIC.length).equals(MAGIC) && (await reading(path, async (rows) => rows.isOpencode())),
  sessions: (path) => reading(path, async (rows) => rows.sessionIds().map((id) => sessionOf(path, id, rows))),
  lastChange: (path) => reading(path, async (rows) => rows.lastChange()),
};

function sessionOf(path: string, value: SqliteValue, rows: Rows): StoredSession | OtError {
  const id = nativeIdOf(value);
  if (id === undefined) return unusableId(path);
  const parent = nativeIdOf(rootOf(id, rows.parents()));
  const identity: SessionIdentity = { ...identityOf(id, parent), firstTimestamp: null };
  const directory = rows.directories().get(id) ?? null;
  return { identity, directory, input: inputOf(path, id), files: () => filesOf(path) };
}

/** One transaction for all rows: what the agent writes meanwhile belongs to the next capture. */
function inputOf(path: string, session: string): SourceInput {
  const read = async function* (): AsyncIterable<Buffer> {
    const database = await open(path);
    try {
      database.exec('BEGIN');
      yield* inPieces(new Rows(database).lines(session));
    } catch (error) {
      throw asSourceError(path, error);
    } finally {
      database.close();
    }
  };
  return { fileName: basename(path), read };
}

async function reading<T>(path: string, use: (rows: Rows) => Promise<T>): Promise<T> {
  const database = await open(path);
  try {
    return await use(new Rows(database));
  } catch (error) {
    throw asSourceError(path, error);
  } finally {
    database.close();
  }
}

/** Without a log of writes beside it the file is taken as it is: SQLite would make files of its own there. */
async function open(path: string): Promise<Sqlite> {
  try {
    const database = await openSqlite(path, { readonly: true, immutable: !hasLog(path) });
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
    return database;
  } catch (error) {
    throw asSourceError(path, error);
  }
}

function hasLog(path: string): boolean {
  return (statSync(logOf(path), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** SQLite run by root sets the owner of the log to what it is at every opening. */
function filesOf(path: string): WatchedFile[] {
  return [{ path }, { path: logOf(path), restless: true }];
}

/** Where SQLite keeps what it has written and not yet moved into the file. */
function logOf(path: string): string {
  return `${path}-wal`;
}

function asSourceError(path: string, error: unknown): unknown {
  const failure = sqliteFailure(error);
  if (failure === null) return error;
  return new OtError('OT_SOURCE_UNREADABLE', 'usage', `${path} cannot be read as a database: ${failure}`, {
    hint:
      failure === 'busy' ? 'the agent is writing: capture it again' : 'check the file and its permissions',
    retryable: failure === 'busy',
    cause: error,
  });
}

/** Rows of one open database. */
class Rows {
  readonly #database: Sqlite;
  readonly #columns = new Map<string, readonly string[]>();
  readonly #selects = new Map<string, SqliteStatement>();
  #parents: ReadonlyMap<string, string> | undefined;
  #directories: ReadonlyMap<string, string> | undefined;

  constructor(database: Sqlite) {
    this.#database = database;
  }

  isOpencode(): boolean {
    return NEEDED.every(([table, columns]) => columns.every((column) => this.#has(table, column)));
  }

  /** Values that name a session with a message, in their order. */
  sessionIds(): SqliteValue[] {
    const rows = this.#database.all('SELECT DISTINCT session_id AS id FROM message ORDER BY 1');
    return rows.map(({ id = null }) => id);
  }

  /** Folder of each session, by its id. */
  directories(): ReadonlyMap<string, string> {
    if (!this.#has('session', 'id') || !this.#has('session', 'directory')) return new Map();
    this.#directories ??= new Map(
      this.#database
        .all('SELECT id, directory FROM session WHERE directory IS NOT NULL')
        .map(({ id, directory }) => [String(id), String(directory)]),
    );
    return this.#directories;
  }

  /** A session's own row is written at every change of it. */
  lastChange(): number | null {
    if (!this.#has('session', 'time_updated')) return null;
    const [row] = this.#database.all('SELECT max(time_updated) AS last FROM session');
    return typeof row?.last === 'number' ? row.last : null;
  }

  parents(): ReadonlyMap<string, string> {
    if (!this.#has('session', 'id') || !this.#has('session', 'parent_id')) return new Map();
    this.#parents ??= new Map(
      this.#database
        .all('SELECT id, parent_id FROM session WHERE parent_id IS NOT NULL')
        .map(({ id, parent_id }) => [String(id), String(parent_id)]),
    );
    return this.#parents;
  }

  *lines(session: string): Iterable<Buffer> {
    if (this.#has('session', 'id')) yield* this.#rowsOf('session', 'id', session);
    const parts = this.#partsByMessage(session);
    const time = this.#has('message', 'time_created') ? 'time_created, id' : 'id';
    const messages = `SELECT rowid AS place, id FROM message WHERE session_id = ? ORDER BY ${time}`;
    for (const { place = null, id = null } of this.#database.all(messages, session)) {
      yield* this.#row('message', place);
      for (const part of parts.get(id) ?? []) yield* this.#row('part', part);
      parts.delete(id);
    }
    for (const strays of parts.values()) for (const part of strays) yield* this.#row('part', part);
    if (this.#has('todo', 'session_id')) yield* this.#rowsOf('todo', 'session_id', session);
  }

  /** Places of a session's parts in order of their ids: looked for once, whatever indexes there are. */
  #partsByMessage(session: string): Map<SqliteValue, SqliteValue[]> {
    const found = new Map<SqliteValue, SqliteValue[]>();
    const sql = 'SELECT rowid AS place, message_id FROM part WHERE session_id = ? ORDER BY id';
    for (const { place = null, message_id = null } of this.#database.all(sql, session)) {
      const parts = found.get(message_id);
      if (parts) parts.push(place);
      else found.set(message_id, [place]);
    }
    return found;
  }

  *#rowsOf(table: string, column: string, value: string): Iterable<Buffer> {
    const sql = `SELECT rowid AS place FROM ${table} WHERE ${column} = ? ORDER BY rowid`;
    for (const { place = null } of this.#database.all(sql, value)) yield* this.#row(table, place);
  }

  *#row(table: string, place: SqliteValue): Iterable<Buffer> {
    const columns = this.#columnsOf(table);
    let select = this.#selects.get(table);
    if (select === undefined) {
      const exact = columns.map(exactColumn).join(', ');
      select = this.#database.prepare(`SELECT ${exact} FROM ${table} WHERE rowid = ?`);
      this.#selects.set(table, select);
    }
    for (const row of select.all(place)) yield lineOf(table, columns, row);
  }

  #has(table: string, column: string): boolean {
    return this.#columnsOf(table).includes(column);
  }

  /** Of a real table only: a view could be a query without end. */
  #columnsOf(table: string): readonly string[] {
    let columns = this.#columns.get(table);
    if (columns === undefined) {
      const real = "m.type = 'table' AND m.sql LIKE 'CREATE TABLE%'";
      const sql = `SELECT p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.name = ? AND ${real}`;
      columns = this.#database.all(sql, table).map(({ name }) => String(name));
      this.#columns.set(table, columns);
    }
    return columns;
  }
}

/** The column under its own name, its integers whole. A name is data, and may hold a quote. */
function exactColumn(name: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  const large = `typeof(${column}) = 'integer' AND ${column} NOT BETWEEN -9007199254740991 AND 9007199254740991`;
  return `CASE WHEN ${large} THEN CAST(${column} AS TEXT) ELSE ${column} END AS ${column}`;
}

function lineOf(table: string, columns: readonly string[], row: SqliteRow): Buffer {
  const values = columns.map((column) => `${JSON.stringify(column)}:${jsonTextOf(row[column] ?? null)}`);
  return Buffer.from(`{"table":"${table}","row":{${values.join(',')}}}\n`, 'utf8');
}

function jsonTextOf(value: SqliteValue): string {
  if (typeof value === 'string') {
    const exact = exactValueOf(value, 0);
    return exact === null || Object.hasOwn(exact, '$base64') ? JSON.stringify(value) : value;
  }
  if (typeof value === 'number') return JSON.stringify(Number.isFinite(value) ? value : String(value));
  return JSON.stringify(value === null ? null : { $base64: Buffer.from(value).toString('base64') });
}
