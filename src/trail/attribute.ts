/** Attributes files of which something happened since, and keeps what was found. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import type { FileGroup } from './file-events.ts';
import { digestOf, eventsOf, type FileEvent } from './file-events.ts';
import { packLedger, unpackLedger } from './kept-ledger.ts';
import { Replay, type Replayed } from './replay.ts';
import { type AttributionRows, rowsOf, type StoredLedger, TrailStore } from './store.ts';
import type { Trail, TrailOptions } from './trail.ts';
import { inTransaction } from './trail-state.ts';

/** A shorter history is replayed as fast as a kept ledger is read. */
const KEPT_EVENTS = 6;

/** Files that are replayed at once: while one waits for git, another goes on. */
const AT_ONCE = 4;
/** So many files are edited in most of the segments there are. */
const MANY_FILES = 16;

export interface AttributeOptions {
  /** Paths to look at; by default all of which something happened. */
  readonly paths?: Iterable<string>;
  readonly isWanted?: (group: FileGroup) => boolean;
  readonly onFile?: (done: number, total: number) => void;
}

/** Gives the number of files that were replayed. */
export async function attribute(
  { database, repository }: Pick<TrailOptions, 'database' | 'repository'>,
  trail: Trail,
  { paths, isWanted = () => true, onFile }: AttributeOptions = {},
): Promise<number> {
  const attributor = new Attributor(database, new TrailStore(database, repository), trail);
  const all = [...(paths ?? trail.dirty.list())];
  if (all.length >= MANY_FILES) trail.expectAll();
  const stale = attributor.stale(all, isWanted);
  let done = 0;
  const replayNext = async (): Promise<void> => {
    for (let next = stale.next(); next.done !== true; next = stale.next()) {
      const { file, looked } = next.value;
      const { replay, isResumed } = attributor.begin(file);
      attributor.add(file, await replay.run(), isResumed);
      done += 1;
      onFile?.(looked, all.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, replayNext));
  attributor.flush();
  return done;
}

/** The file as it stands after everything that is known; nothing is kept. */
export function latestReplay(
  { database, repository }: Pick<TrailOptions, 'database' | 'repository'>,
  trail: Trail,
  group: FileGroup,
): Promise<Replayed> {
  const attributor = new Attributor(database, new TrailStore(database, repository), trail);
  return attributor.begin(attributor.fileOf(group)).replay.run();
}

interface StaleFile {
  readonly group: FileGroup;
  readonly events: readonly FileEvent[];
  readonly digest: string;
  /** Version of the catalog that all this was read from. */
  readonly version: number;
}

/** What was found of a file, as it is kept. */
interface FoundFile extends Omit<StaleFile, 'events'> {
  readonly rows: AttributionRows;
  readonly ledger: Omit<StoredLedger, 'digest'> | null;
  readonly isResumed: boolean;
}

/** Files whose owners are kept in one transaction. */
const FILES_AT_ONCE = 12;

class Attributor {
  readonly #found: FoundFile[] = [];
  readonly #gone: string[] = [];
  readonly #settled: string[] = [];
  readonly #database: Sqlite;
  readonly #store: TrailStore;
  readonly #trail: Trail;

  constructor(database: Sqlite, store: TrailStore, trail: Trail) {
    this.#database = database;
    this.#store = store;
    this.#trail = trail;
  }

  /** Files whose owners follow from something else now, with how many paths were looked at; the other paths are settled. */
  *stale(
    paths: readonly string[],
    isWanted: (group: FileGroup) => boolean,
  ): Generator<{ readonly file: StaleFile; readonly looked: number }, void> {
    const seen = new Set<string>();
    for (const [at, path] of paths.entries()) {
      if (seen.has(path)) continue;
      const connected = [...this.#trail.connected(path)];
      for (const each of connected) seen.add(each);
      const [group] = this.#trail.groupsOf([path]);
      const file = group === undefined ? null : this.fileOf(group);
      if (file === null) this.#gone.push(...connected);
      if (file === null || this.#store.isCurrent(nameOf(file.group), file.digest))
        this.#settled.push(...connected);
      else if (isWanted(file.group)) yield { file, looked: at + 1 };
    }
  }

  fileOf(group: FileGroup): StaleFile {
    const events = eventsOf(group);
    const { version } = this.#store;
    return { group, events, digest: digestOf(group.paths, events), version };
  }

  /** A replay of what is new, where the ledger of all before it was kept. */
  begin({ group, events }: StaleFile): { readonly replay: Replay; readonly isResumed: boolean } {
    const kept = this.#store.ledger(nameOf(group));
    const isPrefix =
      kept !== null &&
      kept.events <= events.length &&
      digestOf(group.paths, events.slice(0, kept.events)) === kept.digest;
    const start = isPrefix ? unpackLedger(kept.ledger, this.#trail.sessions) : null;
    const rest = start === null ? events : events.slice(kept!.events);
    return { replay: new Replay(group, this.#trail.sources, rest, start), isResumed: start !== null };
  }

  /** Takes what was found of a file; it is kept at the next {@link flush}. */
  add(file: StaleFile, replayed: Replayed, isResumed: boolean): void {
    const { group, events, digest, version } = file;
    const isKept = events.length >= KEPT_EVENTS && replayed.ledger.isKeepable;
    const ledger = isKept ? packLedger(replayed) : null;
    const kept = ledger && { events: events.length, ledger };
    this.#found.push({ group, digest, version, rows: rowsOf(replayed), ledger: kept, isResumed });
    if (this.#found.length >= FILES_AT_ONCE) this.flush();
  }

  flush(): void {
    const found = this.#found.splice(0);
    const gone = this.#gone.splice(0);
    const settled = this.#settled.splice(0);
    if (found.length + settled.length === 0) return;
    inTransaction(this.#database, () => {
      this.#store.drop(gone);
      this.#trail.dirty.remove(settled);
      const unnoted = new Set<Oid>();
      for (const each of found) this.#keep(each, unnoted);
      this.#store.setUnnoted(unnoted);
    });
  }

  /** Not where another process has taken in something meanwhile: it is for a later time then. */
  #keep({ group, digest, version, rows, ledger, isResumed }: FoundFile, unnoted: Set<Oid>): void {
    if (this.#store.version !== version && !this.#isAsRead(group, digest)) return;
    if (!isResumed) this.#store.drop(group.paths);
    this.#store.add(rows, unnoted);
    this.#store.setCurrent(nameOf(group), digest, ledger);
    this.#trail.dirty.remove(group.paths);
  }

  #isAsRead({ paths }: FileGroup, digest: string): boolean {
    const [group] = this.#trail.groupsOf(paths);
    return group !== undefined && this.fileOf(group).digest === digest;
  }
}

function nameOf({ paths }: FileGroup): string {
  return paths[0]!;
}
