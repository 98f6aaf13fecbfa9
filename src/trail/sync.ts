/** `trail sync`: brings what is known of a repository's lines up to its commits and sessions. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import type { FileGroup } from './file-groups.ts';
import { configureNotes, writeNotes } from './notes.ts';
import { sessionsOf } from './read-edits.ts';
import { digestOf, stampOf, TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';

export interface SyncOptions extends TrailOptions {
  /** Only files that these commits changed. */
  readonly commits?: ReadonlySet<Oid>;
  /** Only files that commits since then changed, in seconds since 1970. */
  readonly since?: number;
  /** Every file, also where nothing changed. */
  readonly all: boolean;
  readonly notes: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  readonly onFile?: (done: number, total: number) => void;
}

export interface SyncReport {
  /** Files that agents edited, and how many of them were looked at anew. */
  readonly files: number;
  readonly replayed: number;
  /** Commits with lines of agents. */
  readonly commits: number;
  readonly notes_written: number;
}

export async function syncTrail(options: SyncOptions): Promise<SyncReport> {
  const { database, repository, all } = options;
  const stamp = await stampOf(repository, sessionsOf(database, repository));
  const trail = await Trail.open(options);
  const store = new TrailStore(database, repository.projects[0]!);
  const wanted = trail.groups.filter((group) => isWanted(group, options));
  const stale = wanted
    .map((group) => ({ group, digest: digestOf(group) }))
    .filter(({ group, digest }) => all || !store.isCurrent(group, digest));
  for (const [done, { group, digest }] of stale.entries()) {
    const replayed = await trail.replay(group);
    inTransaction(database, () => store.put(group, digest, replayed));
    options.onFile?.(done + 1, stale.length);
  }
  if (wanted.length === trail.groups.length) store.setStamp(stamp);
  const commits = store.commits();
  const notes = options.notes ? await noteCommits(options, commits, trail) : 0;
  return { files: trail.groups.length, replayed: stale.length, commits: commits.size, notes_written: notes };
}

function isWanted({ commits: made }: FileGroup, { commits, since }: SyncOptions): boolean {
  if (commits !== undefined) return made.some(({ commit }) => commits.has(commit.oid));
  return since === undefined || made.some(({ commit }) => commit.committed >= since);
}

/** Only commits that are still here: those a rewrite left behind need no note. */
async function noteCommits(
  { repository, now }: SyncOptions,
  commits: ReadonlyMap<Oid, ReadonlySet<string>>,
  trail: Trail,
): Promise<number> {
  const reachable = await trail.reachable();
  const wanted = new Map([...commits].filter(([commit, traces]) => traces.size > 0 && reachable.has(commit)));
  if (wanted.size === 0) return 0;
  const written = await writeNotes(repository, wanted, now);
  if (written > 0) await configureNotes(repository);
  return written;
}

function inTransaction(database: Sqlite, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
