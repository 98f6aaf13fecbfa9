/** Attribution of a repository, or of some of its files, from what the bucket and the repository hold now. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { Oid } from '../git/ports.ts';
import { type Changes, connectedPaths, type FileGroup, fileGroups } from './file-groups.ts';
import { type HistoryCommit, readChanges, readCommits } from './history.ts';
import { EditReader, firstEdit, placePatches, sessionsOf } from './read-edits.ts';
import { type Replayed, replay } from './replay.ts';
import { blobAt, type TrailRepository } from './repository.ts';

export interface TrailOptions {
  readonly database: Sqlite;
  readonly shelves: readonly Shelf[];
  readonly repository: TrailRepository;
}

/** How much older than the first edit a commit may claim to be: clocks differ. */
const CLOCK_SKEW_MS = 86_400_000;

/** What is known of a repository's lines before any file is replayed. */
export class Trail {
  readonly commits: readonly HistoryCommit[];
  readonly groups: readonly FileGroup[];
  readonly #changes: Changes;
  readonly #reader: EditReader;
  readonly #repository: TrailRepository;

  private constructor(
    { database, shelves, repository }: TrailOptions,
    commits: readonly HistoryCommit[],
    changes: Changes,
    groups: readonly FileGroup[],
  ) {
    this.#repository = repository;
    this.#reader = new EditReader(database, shelves);
    this.#changes = changes;
    this.commits = commits;
    this.groups = groups;
  }

  static async open(options: TrailOptions): Promise<Trail> {
    const { database, repository } = options;
    const { git, gitDir, roots } = repository;
    const sessions = sessionsOf(database, repository);
    const first = firstEdit(database, sessions);
    if (first === null) return new Trail(options, [], new Map(), []);
    const since = Math.max(0, Math.floor((first - CLOCK_SKEW_MS) / 1000));
    const commits = await readCommits(git, gitDir, since);
    const changes = await readChanges(git, gitDir, commits);
    const patches = placePatches(database, sessions, { roots, known: pathsIn(changes) });
    return new Trail(options, commits, changes, fileGroups(patches, commits, changes));
  }

  /** Groups that hold one of the paths, or what it was called before. */
  groupsOf(paths: readonly string[]): FileGroup[] {
    const wanted = connectedPaths(paths, this.#changes);
    return this.groups.filter((group) => group.paths.some((path) => wanted.has(path)));
  }

  async replay(group: FileGroup): Promise<Replayed> {
    const edits = await this.#reader.read(group.patches);
    const { objects } = this.#repository;
    return replay(group, edits, { objects, untouched: (path) => this.#untouched(path) });
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

  #untouched(path: string): Promise<Oid | null> {
    return blobAt(this.#repository.objects, this.#repository.head, path);
  }
}

function pathsIn(changes: Changes): Set<string> {
  const known = new Set<string>();
  for (const { oldPath, newPath } of [...changes.values()].flat(2)) {
    if (oldPath !== null) known.add(oldPath);
    if (newPath !== null) known.add(newPath);
  }
  return known;
}
