/**
 * The catalog file: `$OT_HOME/cache/catalog.sqlite`. Everything in it is derived from journals, so it can be
 * deleted at any time; a damaged one is made anew, one of a newer version is refused.
 */
import { existsSync, linkSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { makeFolders } from '../base/folders.ts';
import { openSqlite, type Sqlite, sqliteFailure } from '../base/sqlite.ts';
import { FIELDS } from './step-text.ts';

/** Version of tables and of what is put into them; a change of either makes a catalog of another version stale. */
export const CATALOG_VERSION = 11;

/** A row of the text index is a step: trace number times this, plus step number. */
export const STEPS_PER_TRACE = 2 ** 20;

export function catalogPath(home: string): string {
  return join(home, 'cache', 'catalog.sqlite');
}

const TABLES = `
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journals (id INTEGER PRIMARY KEY, remote TEXT NOT NULL, ref TEXT NOT NULL, tip TEXT NOT NULL, UNIQUE (remote, ref));
CREATE TABLE groups (journal INTEGER NOT NULL, hh TEXT NOT NULL, tree TEXT NOT NULL, PRIMARY KEY (journal, hh)) WITHOUT ROWID;
CREATE TABLE copies (trace_id TEXT NOT NULL, journal INTEGER NOT NULL, tree TEXT NOT NULL, raw_bytes INTEGER NOT NULL, PRIMARY KEY (trace_id, journal)) WITHOUT ROWID;
CREATE INDEX copies_of_journal ON copies (journal, trace_id);
CREATE TABLE traces (id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE, journal INTEGER NOT NULL, tree TEXT NOT NULL,
  agent TEXT NOT NULL, model TEXT, project_id TEXT NOT NULL, project_name TEXT NOT NULL, parent TEXT, title TEXT, intent TEXT,
  started INTEGER, ended INTEGER, steps INTEGER NOT NULL, success INTEGER, committed INTEGER NOT NULL, gaps INTEGER NOT NULL, text_bytes INTEGER NOT NULL, pin_set INTEGER);
CREATE TABLE pending (trace_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE segments (trace INTEGER NOT NULL, first INTEGER NOT NULL, oid TEXT NOT NULL, gaps INTEGER NOT NULL, text_bytes INTEGER NOT NULL, command TEXT, command_step INTEGER, prompt INTEGER, said INTEGER, PRIMARY KEY (trace, first)) WITHOUT ROWID;
CREATE TABLE step_times (id INTEGER PRIMARY KEY, time INTEGER NOT NULL);
CREATE TABLE facet_values (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (name, value));
CREATE TABLE facets (trace INTEGER NOT NULL, segment INTEGER NOT NULL, value INTEGER NOT NULL, step INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (trace, segment, value)) WITHOUT ROWID;
CREATE INDEX facets_by_value ON facets (value, trace);
CREATE TABLE pin_sets (id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE);
CREATE TABLE pins (value INTEGER NOT NULL, pin_set INTEGER NOT NULL, PRIMARY KEY (value, pin_set)) WITHOUT ROWID;
CREATE TABLE places (trace INTEGER PRIMARY KEY, cwd TEXT NOT NULL);
CREATE TABLE patches (trace INTEGER NOT NULL, step INTEGER NOT NULL, ordinal INTEGER NOT NULL, time INTEGER, path TEXT NOT NULL, effect TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (trace, step, ordinal)) WITHOUT ROWID;
CREATE TABLE commands (trace INTEGER NOT NULL, step INTEGER NOT NULL, time INTEGER NOT NULL, effect INTEGER NOT NULL, PRIMARY KEY (trace, step)) WITHOUT ROWID;
CREATE INDEX commands_by_time ON commands (time);
CREATE TABLE observed_turns (trace INTEGER NOT NULL, turn INTEGER NOT NULL, oid TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, is_sound INTEGER NOT NULL, has_moved INTEGER NOT NULL, PRIMARY KEY (trace, turn)) WITHOUT ROWID;
CREATE TABLE turn_files (trace INTEGER NOT NULL, turn INTEGER NOT NULL, place INTEGER NOT NULL, path TEXT NOT NULL, has_before INTEGER NOT NULL, has_after INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (trace, turn, place)) WITHOUT ROWID;
CREATE TABLE turns (trace INTEGER NOT NULL, step INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (trace, step)) WITHOUT ROWID;
CREATE TABLE trail_state (repository TEXT PRIMARY KEY, since INTEGER NOT NULL, tips TEXT NOT NULL, sessions TEXT NOT NULL, stamp TEXT NOT NULL, noted TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE trail_roots (git_dir TEXT PRIMARY KEY, head TEXT NOT NULL, roots TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE trail_commits (repository TEXT NOT NULL, oid TEXT NOT NULL, time REAL NOT NULL, committed INTEGER NOT NULL, authored INTEGER NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL,
  parents TEXT NOT NULL, repeats INTEGER NOT NULL, PRIMARY KEY (repository, oid)) WITHOUT ROWID;
CREATE INDEX trail_commits_by_author ON trail_commits (repository, authored, author);
CREATE TABLE trail_entries (repository TEXT NOT NULL, path TEXT NOT NULL, commit_id TEXT NOT NULL, oid TEXT NOT NULL, parents TEXT NOT NULL, PRIMARY KEY (repository, path, commit_id)) WITHOUT ROWID;
CREATE INDEX trail_entries_by_commit ON trail_entries (repository, commit_id);
CREATE TABLE trail_paths (repository TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (repository, path)) WITHOUT ROWID;
CREATE TABLE trail_renames (repository TEXT NOT NULL, path TEXT NOT NULL, other TEXT NOT NULL, PRIMARY KEY (repository, path, other)) WITHOUT ROWID;
CREATE TABLE trail_sessions (repository TEXT NOT NULL, trace_id TEXT NOT NULL, state TEXT NOT NULL, is_foreign INTEGER NOT NULL, PRIMARY KEY (repository, trace_id)) WITHOUT ROWID;
CREATE TABLE trail_patches (repository TEXT NOT NULL, trace_id TEXT NOT NULL, step INTEGER NOT NULL, ordinal INTEGER NOT NULL, time INTEGER NOT NULL, root TEXT NOT NULL, path TEXT NOT NULL, effect TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (repository, trace_id, step, ordinal)) WITHOUT ROWID;
CREATE INDEX trail_patches_by_path ON trail_patches (repository, path);
CREATE TABLE trail_dirty (repository TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (repository, path)) WITHOUT ROWID;
CREATE TABLE trail_unnoted (repository TEXT NOT NULL, commit_id TEXT NOT NULL, PRIMARY KEY (repository, commit_id)) WITHOUT ROWID;
CREATE TABLE trail_groups (repository TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, name)) WITHOUT ROWID;
CREATE TABLE trail_ledgers (repository TEXT NOT NULL, name TEXT NOT NULL, events INTEGER NOT NULL, digest TEXT NOT NULL, ledger BLOB NOT NULL, PRIMARY KEY (repository, name));
CREATE TABLE trail_files (repository TEXT NOT NULL, path TEXT NOT NULL, number INTEGER NOT NULL, oids TEXT NOT NULL, owners BLOB NOT NULL, PRIMARY KEY (repository, path, number));
CREATE TABLE trail_changes (repository TEXT NOT NULL, commit_id TEXT NOT NULL, path TEXT NOT NULL, added INTEGER NOT NULL, ranges TEXT NOT NULL, PRIMARY KEY (repository, commit_id, path)) WITHOUT ROWID;
CREATE INDEX trail_changes_by_path ON trail_changes (repository, path);
CREATE VIRTUAL TABLE texts USING fts5 (${FIELDS.map((name) => `${name}_text`).join(', ')}, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE words USING fts5vocab ('texts', 'row');
`;

export interface Catalog {
  readonly database: Sqlite;
  readonly path: string;
  readonly home: string;
}

/**
 * Opens the catalog of `home`, making an empty one where there is none, where the one there is damaged, and
 * where it is of an older version. Throws `OT_CATALOG_NEWER`, `OT_CATALOG_UNWRITABLE` (exit 2).
 */
export async function openCatalog(home: string): Promise<Catalog> {
  const path = catalogPath(home);
  try {
    if (!existsSync(path)) await makeEmpty(path);
    return { database: (await openCurrent(path)) ?? (await replace(path)), path, home };
  } catch (error) {
    if (sqliteFailure(error) !== 'corrupt') throw catalogFailure(path, error);
  }
  try {
    return { database: await replace(path), path, home };
  } catch (error) {
    throw catalogFailure(path, error);
  }
}

/** Null for a catalog of an older version, and for an empty file. */
async function openCurrent(path: string): Promise<Sqlite | null> {
  const database = await openSqlite(path);
  try {
    database.exec(SETTINGS);
    const version = versionOf(database);
    if (version > CATALOG_VERSION) throw newer(path, version);
    if (version === CATALOG_VERSION) {
      useLog(database);
      return database;
    }
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return null;
}

/**
 * With a write-ahead log a build keeps no query waiting, and what is added costs no flush of the disk. Not in
 * the draft: there the log's index would stay with the draft's name. While another process is at work it
 * has to wait, and everything is as right without.
 */
function useLog(database: Sqlite): void {
  try {
    database.exec('PRAGMA journal_mode = WAL');
  } catch (error) {
    if (sqliteFailure(error) !== 'busy' && sqliteFailure(error) !== 'unwritable') throw error;
  }
}

/** How long another process's work is waited for. */
const BUSY_MS = 2000;
const SETTINGS = `PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA synchronous = NORMAL`;

function versionOf(database: Sqlite): number {
  return Number(database.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version ?? 0);
}

async function replace(path: string): Promise<Sqlite> {
  removeFiles(path);
  await makeEmpty(path);
  const database = await openCurrent(path);
  if (database === null) throw unwritable(path, undefined);
  return database;
}

/** Made beside and linked into place: no other process sees half of it, and one that was faster wins. */
async function makeEmpty(path: string): Promise<void> {
  const draft = `${path}.new-${process.pid}`;
  try {
    makeFolders(dirname(path), 0o700);
    removeFiles(draft);
    const database = await openSqlite(draft);
    database.exec(
      `PRAGMA page_size = 8192; BEGIN; ${TABLES} PRAGMA user_version = ${CATALOG_VERSION}; COMMIT`,
    );
    database.close();
    linkSync(draft, path);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    removeFiles(draft);
  }
}

/**
 * Moves what the write-ahead log holds into the catalog, and empties it. Another process that reads just then
 * is not waited for: it puts that off until the next time. True when the log is empty now.
 */
export function foldLog(database: Sqlite): boolean {
  let busy: number | undefined = 1;
  database.exec('PRAGMA busy_timeout = 0');
  try {
    busy = database.all<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)')[0]?.busy;
  } catch (error) {
    // What was written stands in the log, and is read from there.
    if (!['busy', 'full'].includes(sqliteFailure(error) ?? '')) throw error;
  }
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  return busy === 0;
}

/** Ends a transaction that failed; the failure that led here matters, not this one. */
export function rollBack(database: Sqlite): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    return;
  }
}

/** Deletes the catalog and what SQLite keeps beside it. */
export function removeCatalog(home: string): void {
  removeFiles(catalogPath(home));
}

/** Nothing is removed where nothing may be: what follows says so by name. */
function removeFiles(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) {
    try {
      rmSync(`${path}${suffix}`, { force: true });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

/** The failure of a catalog by name; what is none of SQLite's stays as it is. */
export function catalogFailure(path: string, cause: unknown): unknown {
  switch (sqliteFailure(cause)) {
    case null:
      return isSystemError(cause, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR') ? unwritable(path, cause) : cause;
    case 'busy':
      return new OtError('OT_CATALOG_LOCKED', 'conflict', 'another process is writing to the catalog', {
        hint: 'run the command again in a moment',
        retryable: true,
        cause,
      });
    case 'full':
      return new OtError('OT_DISK_FULL', 'usage', `no space left for the catalog at ${path}`, {
        hint: 'free some space, then run the command again',
        retryable: true,
        cause,
      });
    case 'unwritable':
    case 'unopenable':
      return isFolder(path) ? folderThere(path, cause) : unwritable(path, cause);
    default:
      return new OtError('OT_CATALOG_DAMAGED', 'corrupt', `the catalog at ${path} cannot be read`, {
        hint: 'run: git ot bucket rebuild --substrate catalog',
        cause,
      });
  }
}

function unwritable(path: string, cause: unknown): OtError {
  return new OtError('OT_CATALOG_UNWRITABLE', 'usage', `the catalog at ${path} cannot be written`, {
    hint: 'check the permissions of that folder, or delete the file: it is derived',
    cause,
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Ours is a file: what a folder holds is not ours to delete. */
function folderThere(path: string, cause: unknown): OtError {
  return new OtError('OT_CATALOG_UNWRITABLE', 'usage', `a folder stands where the catalog belongs: ${path}`, {
    hint: 'move it away, or delete it; the next query makes the catalog anew',
    cause,
  });
}

function newer(path: string, version: number): OtError {
  return new OtError(
    'OT_CATALOG_NEWER',
    'usage',
    `the catalog at ${path} has version ${version}; this git-ot knows up to ${CATALOG_VERSION}`,
    { hint: 'upgrade git-ot, or make it anew: git ot bucket rebuild --substrate catalog' },
  );
}
