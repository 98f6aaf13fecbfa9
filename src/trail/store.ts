/** What attribution found, kept in the catalog: derived, and made anew where its sources changed. */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import type { FileGroup } from './file-groups.ts';
import { editOf, type OwnedRange, rangesOf, TIERS, type Tier, tierOf } from './owner.ts';
import type { EditingSession, FoundEdit } from './read-edits.ts';
import type { Replayed } from './replay.ts';
import type { TrailRepository } from './repository.ts';

/** Raised whenever the same patches and commits would give other owners. */
const ENGINE_VERSION = 2;

/** Lines of one patch: inclusive, from 1. */
export interface StoredRange {
  readonly start: number;
  readonly end: number;
  readonly traceId: string;
  readonly step: number;
  readonly ordinal: number;
  readonly tier: Tier;
  readonly model: string | null;
}

/** Stands for the repository as a whole: no path is empty. */
const WHOLE = '';

/** Digest of what all owners follow from: sessions as they are, branches, tags and HEAD. */
export async function stampOf(
  { git, gitDir, head }: TrailRepository,
  sessions: readonly EditingSession[],
): Promise<string> {
  const hash = createHash('sha256').update(`${ENGINE_VERSION}\n${head}\n`);
  for (const { trace_id, tree } of sessions) hash.update(`${trace_id} ${tree}\n`);
  const refs = await git.text(['for-each-ref', '--format=%(objectname) %(refname)'], { gitDir });
  const rows = refs.split('\n').filter((row) => !/^\w+ refs\/(?:notes\/|opentraces\/|stash$)/.test(row));
  return hash.update(rows.join('\n')).digest('hex');
}

/** Digest of everything the owners of a file follow from. */
export function digestOf({ paths, patches, commits }: FileGroup): string {
  const hash = createHash('sha256').update(`${ENGINE_VERSION}\n${paths.join('\0')}\n`);
  for (const { session, step, ordinal, time, root, path } of patches)
    hash.update(`p ${session.trace_id} ${session.tree} ${step}.${ordinal} ${time} ${root}\0${path}\n`);
  for (const { time, commit, entry } of commits) {
    const parents = entry.parents.map((parent) => `${parent?.path}\0${parent?.oid}`).join(' ');
    hash.update(`c ${commit.oid} ${time} ${entry.path}\0${entry.oid} ${parents} ${entry.repeats}\n`);
  }
  return hash.digest('hex');
}

function nameOf({ paths }: Pick<FileGroup, 'paths'>): string {
  return [...paths].sort()[0]!;
}

export class TrailStore {
  readonly #database: Sqlite;
  readonly #repository: string;

  /** `repository`: the id that names it. */
  constructor(database: Sqlite, repository: string) {
    this.#database = database;
    this.#repository = repository;
  }

  /** True when the group's owners are here and follow from what it is now. */
  isCurrent(group: FileGroup, digest: string): boolean {
    const sql = 'SELECT 1 AS yes FROM trail_groups WHERE repository = ? AND name = ? AND digest = ?';
    return this.#database.all(sql, this.#repository, nameOf(group), digest).length > 0;
  }

  /** Takes the place of what was kept of these paths. */
  put(group: FileGroup, digest: string, { files, changes, edits }: Replayed): void {
    const run = (sql: string, ...values: (string | number)[]): void =>
      this.#database.prepare(sql).run(this.#repository, ...values);
    for (const path of group.paths) {
      run('DELETE FROM trail_files WHERE repository = ? AND path = ?', path);
      run('DELETE FROM trail_changes WHERE repository = ? AND path = ?', path);
      run('DELETE FROM trail_groups WHERE repository = ? AND name = ?', path);
    }
    for (const { path, oid, owners } of files) {
      const ranges = rangesOf(owners);
      if (ranges.length > 0)
        run('INSERT INTO trail_files VALUES (?, ?, ?, ?)', path, oid, encode(ranges, edits));
    }
    for (const { commit, path, added, ranges } of changes) {
      if (ranges.length > 0)
        run(
          'INSERT OR REPLACE INTO trail_changes VALUES (?, ?, ?, ?, ?)',
          commit,
          path,
          added,
          encode(ranges, edits),
        );
    }
    run('INSERT OR REPLACE INTO trail_groups VALUES (?, ?, ?)', nameOf(group), digest);
  }

  /** Notes that everything is known as of a stamp. */
  setStamp(stamp: string): void {
    const sql = 'INSERT OR REPLACE INTO trail_groups VALUES (?, ?, ?)';
    this.#database.prepare(sql).run(this.#repository, WHOLE, stamp);
  }

  /** True when nothing that owners follow from has changed since all of it was looked at. */
  hasStamp(stamp: string): boolean {
    const sql = 'SELECT 1 AS yes FROM trail_groups WHERE repository = ? AND name = ? AND digest = ?';
    return this.#database.all(sql, this.#repository, WHOLE, stamp).length > 0;
  }

  /** Lines of agents in a blob at a path. */
  file(path: string, oid: Oid): StoredRange[] {
    const sql = 'SELECT ranges FROM trail_files WHERE repository = ? AND path = ? AND oid = ?';
    const [row] = this.#database.all<{ ranges: string }>(sql, this.#repository, path, oid);
    return row === undefined ? [] : decode(row.ranges);
  }

  /** Commits with lines of agents, and the traces that wrote them. */
  commits(): Map<Oid, Set<string>> {
    const found = new Map<Oid, Set<string>>();
    const sql = 'SELECT commit_id AS oid, ranges FROM trail_changes WHERE repository = ?';
    for (const { oid, ranges } of this.#database.all<{ oid: string; ranges: string }>(
      sql,
      this.#repository,
    )) {
      const traces = found.get(oid) ?? new Set();
      for (const { traceId } of decode(ranges)) traces.add(traceId);
      found.set(oid, traces);
    }
    return found;
  }
}

type Packed = readonly [number, number, string, number, number, number, string | null];

function encode(ranges: readonly OwnedRange[], edits: readonly FoundEdit[]): string {
  return JSON.stringify(
    ranges.map(({ start, end, owner }): Packed => {
      const { session, step, ordinal, model } = edits[editOf(owner)]!;
      return [start, end, session.trace_id, step, ordinal, TIERS.indexOf(tierOf(owner)), model];
    }),
  );
}

function decode(text: string): StoredRange[] {
  return (JSON.parse(text) as Packed[]).map(([start, end, traceId, step, ordinal, tier, model]) => {
    return { start, end, traceId, step, ordinal, tier: TIERS[tier]!, model };
  });
}
