/**
 * Attribution of a repository: its commits and the patches of its sessions, brought up to date in the catalog by
 * what is new, and the files of which something is not attributed yet.
 */
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { Oid } from '../git/ports.ts';
import type { FileGroup } from './file-events.ts';
import type { HistoryCommit } from './history.ts';
import { readTips } from './history.ts';
import { addedFiles, type Entry, HistoryIndex } from './history-index.ts';
import { type IndexedPatch, PatchIndex } from './patch-index.ts';
import { type EditingSession, EditReader, firstEdit, sessionsOf } from './read-edits.ts';
import { TurnReader } from './read-turns.ts';
import { type Replayed, type ReplaySources, replay } from './replay.ts';
import { blobAt, onHistory, type TrailRepository } from './repository.ts';
import {
  DirtyPaths,
  inTransaction,
  isSameCatalog,
  keyOf,
  readState,
  sessionsDigest,
  stampOf,
  type TrailState,
  writeState,
} from './trail-state.ts';

export interface TrailOptions {
  readonly database: Sqlite;
  readonly shelves: readonly Shelf[];
  readonly repository: TrailRepository;
}

/** How much older than the first edit a commit may claim to be: clocks differ. */
const CLOCK_SKEW_MS = 86_400_000;

export class Trail {
  /** Stands for all that owners follow from as it is now. */
  readonly stamp: string;
  readonly dirty: DirtyPaths;
  readonly #history: HistoryIndex;
  readonly #patches: PatchIndex;
  readonly #reader: EditReader;
  readonly #turns: TurnReader;
  readonly #repository: TrailRepository;
  #groups: readonly FileGroup[] | null = null;
  readonly #database: Sqlite;
  #sessions: ReadonlyMap<string, EditingSession> | null = null;

  private constructor({ database, shelves, repository }: TrailOptions, stamp: string) {
    const key = keyOf(repository);
    this.stamp = stamp;
    this.dirty = new DirtyPaths(database, key);
    this.#history = new HistoryIndex(database, key);
    this.#patches = new PatchIndex(database, key);
    this.#reader = new EditReader(database, shelves);
    this.#turns = new TurnReader(database, shelves);
    this.#repository = repository;
    this.#database = database;
  }

  static async open(options: TrailOptions): Promise<Trail> {
    const { database, repository } = options;
    const tips = await readTips(repository.git, repository.gitDir);
    const stamp = stampOf(database, repository, tips);
    const trail = new Trail(options, stamp);
    const state = readState(database, keyOf(repository));
    if (state?.stamp !== stamp) await trail.#update(options, { state, tips });
    return trail;
  }

  /** Sessions of the repository that edited files, by trace id. */
  get sessions(): ReadonlyMap<string, EditingSession> {
    this.#sessions ??= new Map(
      sessionsOf(this.#database, this.#repository).map((session) => [session.trace_id, session]),
    );
    return this.#sessions;
  }

  /** Number in the catalog and agent of a trace; null for one that is gone. */
  session(traceId: string): Pick<EditingSession, 'id' | 'agent'> | null {
    if (this.#sessions !== null) return this.#sessions.get(traceId) ?? null;
    const sql = 'SELECT id, agent FROM traces WHERE trace_id = ?';
    return this.#database.all<{ id: number; agent: string }>(sql, traceId)[0] ?? null;
  }

  async #update(
    { database, repository }: TrailOptions,
    { state, tips }: { readonly state: TrailState | null; readonly tips: readonly string[] },
  ): Promise<void> {
    // A thousand sessions take longer to list than a commit to read.
    const isAsBefore = state !== null && isSameCatalog(state.stamp, this.stamp);
    const sessions = isAsBefore ? null : [...this.sessions.values()];
    const digest = sessions === null ? state!.sessions : sessionsDigest(repository, sessions);
    const first = sessions === null ? null : firstEdit(database, sessions);
    const wanted = first === null ? null : Math.max(0, Math.floor((first - CLOCK_SKEW_MS) / 1000));
    const isWider = state === null || (wanted !== null && wanted < state.since);
    const since = isWider ? wanted : state.since;
    const known = isWider ? [] : state.tips;
    const news =
      since === null ? null : await onHistory(repository, this.#history.read(repository, { since, known }));
    const heads = tips.map((row) => row.slice(0, row.indexOf(' ')));
    if (repository.head !== null) heads.push(repository.head);
    inTransaction(database, () => {
      const paths = news === null ? new Set<string>() : this.#history.add(news);
      const isPlaced = state?.sessions === digest && !(paths.size > 0 && this.#patches.hasForeign());
      if (!isPlaced) for (const path of this.#place(repository, paths)) paths.add(path);
      const added = news === null ? [] : addedFiles(news);
      if (added.length > 0) for (const path of this.#patches.linkAdded(added)) paths.add(path);
      this.dirty.add(paths);
      if (since === null) return;
      const next = { since, tips: [...new Set(heads)], sessions: digest, stamp: this.stamp };
      writeState(database, keyOf(repository), { ...next, noted: state?.noted ?? '' });
    });
  }

  #place({ roots }: TrailRepository, newPaths: ReadonlySet<string>): Set<string> {
    let known: ReadonlySet<string> | null = null;
    const knownPaths = (): ReadonlySet<string> => {
      known ??= this.#history.knownPaths();
      return known;
    };
    return this.#patches.update([...this.sessions.values()], { roots, known: knownPaths }, newPaths);
  }

  /** Commits since shortly before the first edit, the oldest first. */
  get commits(): readonly HistoryCommit[] {
    return this.#history.commits();
  }

  commit(oid: Oid): HistoryCommit | null {
    return this.#history.commit(oid);
  }

  /** All files that agents edited. */
  get groups(): readonly FileGroup[] {
    this.#groups ??= this.groupsOf(this.#patches.paths());
    return this.#groups;
  }

  /** Groups that hold one of the paths, or what it was called before, and that agents edited. */
  groupsOf(paths: Iterable<string>): FileGroup[] {
    const seen = new Set<string>();
    const groups: FileGroup[] = [];
    for (const path of paths) {
      if (seen.has(path)) continue;
      const connected = [...this.#history.connected([path])].sort();
      for (const each of connected) seen.add(each);
      const { patches, looks } = this.#patches.madeAt(connected, () => this.sessions);
      if (patches.length + looks.length > 0)
        groups.push({ paths: connected, patches, looks, commits: this.#history.filesAt(connected) });
    }
    return groups;
  }

  /** A path with every path that renames join to it. */
  connected(path: string): ReadonlySet<string> {
    return this.#history.connected([path]);
  }

  /** Every path with patches. */
  get paths(): string[] {
    return this.#patches.paths();
  }

  /** Patches made since then (milliseconds since 1970), in the order of their times. */
  patchesSince(time: number): IndexedPatch[] {
    return this.#patches.since(time);
  }

  /** Paths of a trace's patches. */
  pathsOf(trace: string): string[] {
    return this.#patches.pathsOf(trace);
  }

  /** Files that a commit has otherwise than all of its parents. */
  pathsIn(commit: Oid): string[] {
    return this.#history.pathsIn(commit);
  }

  /** The same with their blobs. */
  entriesIn(commit: Oid): Entry[] {
    return this.#history.entriesIn(commit);
  }

  /** Whether some commit left a file like that. */
  hasFile(path: string, blob: Oid): boolean {
    return this.#history.hasFile(path, blob);
  }

  /** Tells that about every file will be replayed. */
  expectAll(): void {
    this.#reader.expectAll();
  }

  /** Replays a file from its beginning. */
  replay(group: FileGroup): Promise<Replayed> {
    return replay(group, this.sources);
  }

  get sources(): ReplaySources {
    const { objects, head } = this.#repository;
    return {
      objects,
      readEdits: (patches) => this.#reader.read(patches),
      readLook: (look) => this.#turns.read(look),
      untouched: (path) => blobAt(objects, head, path),
      sessions: this.sessions,
    };
  }

  /** Commits of branches, tags and HEAD, without those that only a reflog knows. */
  async reachable(): Promise<ReadonlySet<Oid>> {
    const { git, gitDir } = this.#repository;
    const args = [
      'rev-list',
      '--exclude=refs/notes/*',
      '--exclude=refs/opentraces/*',
      '--exclude=refs/stash',
      '--all',
    ];
    const head = this.#repository.head === null ? [] : [this.#repository.head];
    const text = await git.text([...args, ...head, '--'], { gitDir });
    return new Set(text.split('\n'));
  }

  async ancestorsOfHead(): Promise<ReadonlySet<Oid>> {
    const { git, gitDir, head } = this.#repository;
    if (head === null) return new Set();
    return new Set((await git.text(['rev-list', head, '--'], { gitDir })).split('\n'));
  }
}
