/** How far the catalog knows a repository: its tips, its sessions, and the paths that are not attributed yet. */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import type { EditingSession } from './read-edits.ts';
import type { TrailRepository } from './repository.ts';

/** Raised whenever the same patches and commits would give other owners. */
export const ENGINE_VERSION = 17;

export interface TrailState {
  /** Commits since then were read, in seconds since 1970. */
  readonly since: number;
  /** Commits that are known with all that they descend from. */
  readonly tips: readonly Oid[];
  /** Digest of the sessions as they were placed. */
  readonly sessions: string;
  readonly stamp: string;
  /** Where notes were last written: the stamp, and how many commits had to stay without one; empty for never. */
  readonly noted: string;
}

/** Names a repository in the catalog: a clone of its own, since what its sessions' folders mean differs. */
export function keyOf({ projects, gitDir }: TrailRepository): string {
  return createHash('sha256')
    .update(`${ENGINE_VERSION}\0${projects[0]}\0${gitDir}`)
    .digest('hex')
    .slice(0, 16);
}

/** Digest of what the places of patches follow from: sessions as they are, and work trees. */
export function sessionsDigest({ roots }: TrailRepository, sessions: readonly EditingSession[]): string {
  const hash = createHash('sha256').update(`${roots.join('\0')}\n`);
  for (const { trace_id, tree } of sessions) hash.update(`${trace_id} ${tree}\n`);
  return hash.digest('hex').slice(0, 40);
}

/**
 * Stands for what all owners follow from: of the catalog (all that it holds of sessions, also of other repositories,
 * and the work trees they are placed by), a space, and of the repository (branches, tags and HEAD).
 */
export function stampOf(
  database: Sqlite,
  { head, roots, projects }: TrailRepository,
  tips: readonly string[],
): string {
  const journals = database.all('SELECT remote, ref, tip FROM journals ORDER BY remote, ref');
  const pending = database.all('SELECT trace_id FROM pending ORDER BY trace_id');
  const digests = [
    [roots, projects, journals, pending],
    [head, tips],
  ].map((facts) => createHash('sha256').update(JSON.stringify(facts)).digest('hex'));
  return digests.join(' ');
}

/** Whether the catalog held the same sessions at both stamps. */
export function isSameCatalog(one: string, other: string): boolean {
  return one.split(' ')[0] === other.split(' ')[0];
}

export function readState(database: Sqlite, repository: string): TrailState | null {
  const sql = 'SELECT since, tips, sessions, stamp, noted FROM trail_state WHERE repository = ?';
  const [row] = database.all<Omit<TrailState, 'tips'> & { readonly tips: string }>(sql, repository);
  return row === undefined ? null : { ...row, tips: row.tips.split(' ').filter(Boolean) };
}

/** In the caller's transaction. */
export function writeState(database: Sqlite, repository: string, state: TrailState): void {
  const { since, tips, sessions, stamp, noted } = state;
  const sql = 'INSERT OR REPLACE INTO trail_state VALUES (?, ?, ?, ?, ?, ?)';
  database.prepare(sql).run(repository, since, tips.join(' '), sessions, stamp, noted);
}

/** See `TrailState.noted`. */
export function writeNoted(database: Sqlite, repository: string, noted: string): void {
  database.prepare('UPDATE trail_state SET noted = ? WHERE repository = ?').run(noted, repository);
}

/** Paths of which something happened that no attribution has looked at yet. */
export class DirtyPaths {
  readonly #database: Sqlite;
  readonly #repository: string;

  constructor(database: Sqlite, repository: string) {
    this.#database = database;
    this.#repository = repository;
  }

  add(paths: Iterable<string>): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO trail_dirty VALUES (?, ?)');
    for (const path of paths) insert.run(this.#repository, path);
  }

  remove(paths: Iterable<string>): void {
    const remove = this.#database.prepare('DELETE FROM trail_dirty WHERE repository = ? AND path = ?');
    for (const path of paths) remove.run(this.#repository, path);
  }

  list(): string[] {
    const sql = 'SELECT path FROM trail_dirty WHERE repository = ? ORDER BY path';
    return this.#database.all<{ path: string }>(sql, this.#repository).map(({ path }) => path);
  }

  hasAny(paths: Iterable<string>): boolean {
    const find = this.#database.prepare('SELECT 1 FROM trail_dirty WHERE repository = ? AND path = ?');
    for (const path of paths) if (find.all(this.#repository, path).length > 0) return true;
    return false;
  }
}

/** All or nothing. */
export function inTransaction<T>(database: Sqlite, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
