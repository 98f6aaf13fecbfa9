/**
 * Traces with gaps are read again once their repository has changed: what was not here may have come since,
 * as after `bucket remote pull NAME --again`, which moves no ref.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { bucketGitDir } from '../bucket/home.ts';
import { remoteGitDir } from '../bucket/shelves.ts';

/** Traces of one repository to read again. */
export interface Retry {
  readonly remote: string;
  readonly traces: readonly string[];
  /** To be noted with {@link noteRetry}. */
  readonly note: string;
}

/** Traces read again in one refresh; the next one goes on behind them. */
const MOST_TRACES = 200;

/** Repositories with traces to read again; without any gap this asks no file. */
export function dueRetries(database: Sqlite, home: string): Retry[] {
  const sql =
    'SELECT DISTINCT j.remote FROM traces t JOIN journals j ON j.id = t.journal WHERE t.gaps > 0 ORDER BY 1';
  return database.all<{ remote: string }>(sql).flatMap(({ remote }) => dueRetry(database, home, remote));
}

function dueRetry(database: Sqlite, home: string, remote: string): Retry[] {
  const store = storeState(remote === '' ? bucketGitDir(home) : remoteGitDir(home, remote));
  const [known] = database.all<{ value: string }>('SELECT value FROM notes WHERE name = ?', noteName(remote));
  const [knownStore, after = ''] = known?.value.split(' ') ?? [];
  if (knownStore === store && after === DONE) return [];
  const traces = incompleteTraces(database, remote, knownStore === store ? after : '');
  const last = traces.length < MOST_TRACES ? DONE : traces.at(-1)!;
  return [{ remote, traces, note: `${store} ${last}` }];
}

const DONE = 'done';

export function noteRetry(database: Sqlite, { remote, note }: Retry): void {
  database.prepare('INSERT OR REPLACE INTO notes VALUES (?, ?)').run(noteName(remote), note);
}

function noteName(remote: string): string {
  return `retried:${remote}`;
}

/** In the order of their ids, which stay: numbers of unreadable traces do not. */
function incompleteTraces(database: Sqlite, remote: string, after: string): string[] {
  const sql =
    'SELECT t.trace_id FROM traces t JOIN journals j ON j.id = t.journal WHERE t.gaps > 0 AND j.remote = ? AND t.trace_id > ? ORDER BY t.trace_id LIMIT ?';
  return database
    .all<{ trace_id: string }>(sql, remote, after, MOST_TRACES)
    .map(({ trace_id: traceId }) => traceId);
}

/** Another text when an object file or a pack has come or gone. */
function storeState(gitDir: string): string {
  const objects = join(gitDir, 'objects');
  const folders = namesIn(objects).filter((name) => /^([0-9a-f]{2}|pack)$/.test(name));
  const times = ['.', ...folders].map((name) => changedAt(join(objects, name)));
  return `${folders.length}-${times.reduce((sum, time) => sum + time, 0n)}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

function changedAt(folder: string): bigint {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;
}
