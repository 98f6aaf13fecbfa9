/**
 * SQLite behind one small port: `node:sqlite` where the running Node has it (22.13 and later), else `libsql`,
 * which ships its binaries. Both speak to the same files. Synchronous: SQLite works in this process.
 */
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What goes into and comes out of a column; blobs come out as bytes. */
export type SqliteValue = string | number | null | Uint8Array;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): void;
  /** Every row of the result; integers beyond 2^53 lose their last digits. */
  all<Row = SqliteRow>(...values: readonly SqliteValue[]): Row[];
}

export interface Sqlite {
  /** Statements without parameters, one after another. */
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  /** `prepare(sql).all(...values)`. */
  all<Row = SqliteRow>(sql: string, ...values: readonly SqliteValue[]): Row[];
  close(): void;
}

/** Statements of one connection, each prepared once: for a fixed set of texts, since none is let go. */
export class PreparedStatements {
  readonly #database: Sqlite;
  readonly #prepared = new Map<string, SqliteStatement>();

  constructor(database: Sqlite) {
    this.#database = database;
  }

  of(sql: string): SqliteStatement {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

export interface SqliteOptions {
  /** Refuses every write; the file must be there. */
  readonly readonly?: boolean;
  /** Takes the file as it is and makes none beside it, as a log of writes would need; for files at rest. */
  readonly immutable?: boolean;
}

/** Which error of SQLite's own a failure was, as far as callers care. */
export type SqliteFailure = 'corrupt' | 'busy' | 'full' | 'unwritable' | 'unopenable' | 'other';

interface Driver {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] };
  close(): void;
}

/** Opens a database file, making it unless `readonly`. The port's methods throw what {@link sqliteFailure} tells. */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<Sqlite> {
  const driver = isBuiltin('node:sqlite') ? openBuiltIn(path, options) : openLibsql(path, options);
  const prepare = (sql: string): SqliteStatement => statementOf(driver.prepare(sql));
  return {
    exec: (sql) => driver.exec(sql),
    prepare,
    all: (sql, ...values) => prepare(sql).all(...values),
    close: () => driver.close(),
  };
}

/** Null when the error is none of SQLite's. */
export function sqliteFailure(error: unknown): SqliteFailure | null {
  if (!(error instanceof Error)) return null;
  const { code, rawCode, errcode } = error as { code?: unknown; rawCode?: unknown; errcode?: unknown };
  const number = rawCode ?? errcode;
  if (typeof number === 'number') return FAILURES.get(number & 0xff) ?? 'other';
  if (/^ConnectionFailed\(/.test(error.message)) return 'unopenable';
  return typeof code === 'string' && code.startsWith('SQLITE_') ? 'other' : null;
}

/** SQLite's primary result codes. */
const FAILURES: ReadonlyMap<number, SqliteFailure> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'unwritable'],
  [10, 'unwritable'],
  [11, 'corrupt'],
  [13, 'full'],
  [14, 'unopenable'],
  [26, 'corrupt'],
]);

function statementOf(statement: ReturnType<Driver['prepare']>): SqliteStatement {
  return {
    run: (...values) => void statement.run(...values),
    all: <Row>(...values: readonly SqliteValue[]) => statement.all(...values).map(toRow) as Row[],
  };
}

/** libsql gives blobs as `ArrayBuffer`. */
function toRow(row: unknown): unknown {
  const columns = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(columns)) {
    if (value instanceof ArrayBuffer) columns[name] = new Uint8Array(value);
  }
  return columns;
}

type BuiltIn = {
  DatabaseSync: new (path: string | URL, options: { readOnly: boolean; defensive: boolean }) => Driver;
};

/**
 * Before 22.15 only a path can be named, and SQLite may then make files beside the database. What is written is
 * our own, where the tables behind a virtual table have to be mended; from 25.5 on Node forbids that by default.
 */
function openBuiltIn(path: string, { readonly = false, immutable = false }: SqliteOptions): Driver {
  const { DatabaseSync } = withoutWarnings(() => builtInModule('node:sqlite') as BuiltIn);
  const options = { readOnly: readonly || immutable, defensive: readonly || immutable };
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const knowsUrls = major > 23 || (major === 23 && minor >= 10) || (major === 22 && minor >= 15);
  return new DatabaseSync(immutable && knowsUrls ? new URL(uriOf(path, 'immutable=1')) : path, options);
}

function uriOf(path: string, parameter: string): string {
  return `${pathToFileURL(path).href}?${parameter}`;
}

/** Later than the Node whose types we build with. */
function builtInModule(name: string): unknown {
  return (process as unknown as { getBuiltinModule(name: string): unknown }).getBuiltinModule(name);
}

/** Loading `node:sqlite` prints that it is experimental, which is no concern of the person at the terminal. */
function withoutWarnings<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

type Libsql = new (path: string) => Driver;

/** Required and not imported: it stays outside the bundle, with the binary that lies beside it. */
function openLibsql(path: string, { readonly = false, immutable = false }: SqliteOptions): Driver {
  const Database = knowingLibc(() => createRequire(import.meta.url)('libsql') as Libsql);
  if (immutable) return new Database(uriOf(path, 'mode=ro&immutable=1'));
  return new Database(readonly ? uriOf(path, 'mode=ro') : path);
}

/**
 * To learn which C library this is, its loader has the process report about itself, which takes longer than all else it
 * does: it is told at once, by what the linker's own script says, where that is clear.
 */
function knowingLibc<T>(load: () => T): T {
  const report = process.report as unknown as { getReport: () => unknown };
  const header = headerOfLibc();
  if (header === null) return load();
  const { getReport } = report;
  report.getReport = () => ({ header });
  try {
    return load();
  } finally {
    report.getReport = getReport;
  }
}

/** What the report would say of it; null where the process has to say it itself. */
function headerOfLibc(): object | null {
  if (process.platform !== 'linux') return null;
  try {
    const script = readFileSync('/usr/bin/ldd', 'latin1');
    if (/GNU C Library|GLIBC/.test(script)) return { glibcVersionRuntime: '' };
    return script.includes('musl') ? {} : null;
  } catch {
    return null;
  }
}
