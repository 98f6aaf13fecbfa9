/** `trail sync`: brings what is known of a repository's lines up to its commits and sessions. */
import type { Oid } from '../git/ports.ts';
import { attribute } from './attribute.ts';
import type { FileGroup } from './file-events.ts';
import { configureNotes, writeNotes } from './notes.ts';
import { TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';
import { inTransaction, keyOf, readState, writeNoted } from './trail-state.ts';

export interface SyncOptions extends TrailOptions {
  /** Only files that these commits changed. */
  readonly commits?: ReadonlySet<Oid>;
  /** Only files that commits since then changed, in seconds since 1970. */
  readonly since?: number;
  /** Every file, also where nothing changed, from its beginning. */
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
  const { database, repository, all, onFile } = options;
  const trail = await Trail.open(options);
  const store = new TrailStore(database, repository);
  if (all) startAnew(options, trail, store);
  const isWanted = (group: FileGroup): boolean => isChangedBy(group, options);
  const replayed = await attribute(options, trail, { isWanted, ...(onFile === undefined ? {} : { onFile }) });
  const notes = options.notes ? await noteCommits(options, trail, store) : 0;
  return { files: store.files, replayed, commits: store.commits, notes_written: notes };
}

function startAnew(options: SyncOptions, trail: Trail, store: TrailStore): void {
  const isEvery = options.commits === undefined && options.since === undefined;
  // Also names without patches: what is known of a file is kept under one of them.
  const wanted = isEvery
    ? trail.paths.map((path) => [...trail.connected(path)])
    : trail.groups.filter((group) => isChangedBy(group, options)).map(({ paths }) => paths);
  inTransaction(options.database, () => {
    for (const paths of wanted) {
      store.drop(paths);
      trail.dirty.add(paths);
    }
  });
}

function isChangedBy({ commits: made }: FileGroup, { commits, since }: SyncOptions): boolean {
  if (commits !== undefined) return made.some(({ commit }) => commits.has(commit.oid));
  return since === undefined || made.some(({ commit }) => commit.committed >= since);
}

/** Only commits that are still here: those a rewrite left behind need no note. */
async function noteCommits(
  { database, repository, now }: SyncOptions,
  trail: Trail,
  store: TrailStore,
): Promise<number> {
  const key = keyOf(repository);
  const open = store.unnoted();
  const noted = readState(database, key)?.noted;
  if (open.length === 0 || noted === `${trail.stamp} ${open.length}`) return 0;
  const reachable = await trail.reachable();
  const wanted = new Map<Oid, Set<string>>();
  for (const commit of open) {
    const traces = store.changesOf(commit).flatMap(({ ranges }) => ranges.map(({ traceId }) => traceId));
    if (traces.length > 0 && reachable.has(commit)) wanted.set(commit, new Set(traces));
  }
  const written = wanted.size === 0 ? 0 : await writeNotes(repository, wanted, now);
  if (written > 0) await configureNotes(repository);
  inTransaction(database, () => {
    store.setNoted(wanted.keys());
    writeNoted(database, key, `${trail.stamp} ${open.length - wanted.size}`);
  });
  return written;
}
