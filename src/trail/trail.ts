/** Attribution of a repository, or of some of its files, from what the bucket and the repository hold now. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { Oid } from '../git/ports.ts';
import { type Attribution, attribute, connectedPaths } from './attribute.ts';
import { type FileChange, type HistoryCommit, readChanges, readCommits } from './history.ts';
import { type FoundEdit, type PlacedSession, readEdits, sessionsOf } from './read-edits.ts';
import type { TrailRepository } from './repository.ts';

export interface Trail extends Attribution {
  readonly edits: readonly FoundEdit[];
  readonly commits: readonly HistoryCommit[];
}

export interface TrailOptions {
  readonly database: Sqlite;
  readonly shelves: readonly Shelf[];
  readonly repository: TrailRepository;
  /** Only these paths, and what they were called before; by default every path. */
  readonly paths?: readonly string[];
}

/** How much older than the first edit a commit may claim to be: clocks differ. */
const CLOCK_SKEW_MS = 86_400_000;

export async function followTrail({ database, shelves, repository, paths }: TrailOptions): Promise<Trail> {
  const { git, gitDir, objects, roots } = repository;
  const sessions = sessionsOf(database, repository);
  const since = Math.min(...sessions.flatMap(({ patches }) => patches.map(({ time }) => time)));
  const commits = Number.isFinite(since) ? await readCommits(git, gitDir, secondsBefore(since)) : [];
  const changes = await readChanges(git, gitDir, commits);
  const wanted = paths === undefined ? null : connectedPaths(paths, changes);
  const edits = await editsOf({ database, shelves, roots, sessions, changes }, wanted);
  const untouched = await untouchedBlobs(repository, edits, changes);
  const attribution = await attribute({ edits, commits, changes, objects, untouched });
  return { ...attribution, edits, commits };
}

function secondsBefore(since: number): number {
  return Math.max(0, Math.floor((since - CLOCK_SKEW_MS) / 1000));
}

interface Material {
  readonly database: Sqlite;
  readonly shelves: readonly Shelf[];
  readonly roots: readonly string[];
  readonly sessions: readonly PlacedSession[];
  readonly changes: ReadonlyMap<Oid, ReadonlyArray<readonly FileChange[]>>;
}

function editsOf(
  { database, shelves, roots, sessions, changes }: Material,
  wanted: ReadonlySet<string> | null,
): Promise<FoundEdit[]> {
  const known = new Set<string>();
  for (const parents of changes.values()) {
    for (const { oldPath, newPath } of parents.flat()) {
      if (oldPath !== null) known.add(oldPath);
      if (newPath !== null) known.add(newPath);
    }
  }
  return readEdits(
    database,
    shelves,
    sessions,
    { roots, known },
    (path) => wanted === null || wanted.has(path),
  );
}

/** Blobs at HEAD of edited paths that no commit changed. */
async function untouchedBlobs(
  { objects, head }: TrailRepository,
  edits: readonly FoundEdit[],
  changes: Material['changes'],
): Promise<(path: string) => Oid | null> {
  const touched = new Set([...changes.values()].flat(2).map(({ newPath }) => newPath));
  const found = new Map<string, Oid>();
  for (const path of new Set(edits.map((edit) => edit.path))) {
    if (head === null || touched.has(path)) continue;
    const info = await objects.resolve(head, path);
    if (info?.type === 'blob') found.set(path, info.oid);
  }
  return (path) => found.get(path) ?? null;
}
