/** Attributes files of which something happened since, and keeps what was found. */
import type { Sqlite } from '../base/sqlite.ts';
import type { FileGroup } from './file-events.ts';
import { digestOf, eventsOf, type FileEvent } from './file-events.ts';
import { packLedger, unpackLedger } from './kept-ledger.ts';
import { Replay, type Replayed } from './replay.ts';
import { TrailStore } from './store.ts';
import type { Trail, TrailOptions } from './trail.ts';
import { inTransaction } from './trail-state.ts';

/** A shorter history is replayed as fast as a kept ledger is read. */
const KEPT_EVENTS = 6;

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
  const stale = attributor.stale(paths ?? trail.dirty.list()).filter(({ group }) => isWanted(group));
  const begun = stale.slice(0, 1).map((file) => attributor.begin(file));
  for (const [done, file] of stale.entries()) {
    // The next file is read while this one is replayed.
    begun.push(...stale.slice(done + 1, done + 2).map((next) => attributor.begin(next)));
    const { replay, isResumed } = begun.shift()!;
    attributor.keep(file, await replay.run(), isResumed);
    onFile?.(done + 1, stale.length);
  }
  return stale.length;
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

class Attributor {
  readonly #database: Sqlite;
  readonly #store: TrailStore;
  readonly #trail: Trail;

  constructor(database: Sqlite, store: TrailStore, trail: Trail) {
    this.#database = database;
    this.#store = store;
    this.#trail = trail;
  }

  /** Files whose owners follow from something else now; the other paths are settled at once. */
  stale(paths: Iterable<string>): StaleFile[] {
    const seen = new Set<string>();
    const found: StaleFile[] = [];
    const settled: string[] = [];
    const gone: string[] = [];
    for (const path of paths) {
      if (seen.has(path)) continue;
      const connected = [...this.#trail.connected(path)];
      for (const each of connected) seen.add(each);
      const [group] = this.#trail.groupsOf([path]);
      const file = group === undefined ? null : this.fileOf(group);
      if (file !== null && !this.#store.isCurrent(nameOf(file.group), file.digest)) found.push(file);
      else settled.push(...connected);
      if (file === null) gone.push(...connected);
    }
    if (settled.length > 0) {
      inTransaction(this.#database, () => {
        this.#store.drop(gone);
        this.#trail.dirty.remove(settled);
      });
    }
    return found;
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

  /** Not where another process has taken in something meanwhile: it is for a later time then. */
  keep({ group, events, digest, version }: StaleFile, replayed: Replayed, isResumed: boolean): void {
    const ledger =
      events.length < KEPT_EVENTS ? null : { events: events.length, ledger: packLedger(replayed) };
    inTransaction(this.#database, () => {
      if (this.#store.version !== version && !this.#isAsRead(group, digest)) return;
      if (!isResumed) this.#store.drop(group.paths);
      this.#store.add(replayed);
      this.#store.setCurrent(nameOf(group), digest, ledger);
      this.#trail.dirty.remove(group.paths);
    });
  }

  #isAsRead({ paths }: FileGroup, digest: string): boolean {
    const [group] = this.#trail.groupsOf(paths);
    return group !== undefined && this.fileOf(group).digest === digest;
  }
}

function nameOf({ paths }: FileGroup): string {
  return paths[0]!;
}
