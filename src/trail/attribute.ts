/** From edits and history to owners: replays each file, through its renames, in time order. */
import type { ObjectReader, Oid } from '../git/ports.ts';
import type { FileChange, HistoryCommit } from './history.ts';
import { FileLedger, type LedgerCommit } from './ledger.ts';
import { LineTable, type Owned } from './lines.ts';
import type { OwnedRange } from './owner.ts';
import { rangesOf } from './owner.ts';
import { blobIdOf, type FoundEdit } from './read-edits.ts';

export interface AttributionInput {
  /** In the order of their times. */
  readonly edits: readonly FoundEdit[];
  /** Parents before children. */
  readonly commits: readonly HistoryCommit[];
  readonly changes: ReadonlyMap<Oid, ReadonlyArray<readonly FileChange[]>>;
  readonly objects: ObjectReader;
  /** Blob of a path that no commit of the time changed. */
  readonly untouched: (path: string) => Oid | null;
}

/** A committed file in which agents own lines. */
export interface AttributedFile {
  readonly path: string;
  readonly oid: Oid;
  readonly owners: Int32Array;
}

/** Lines that one commit brought and agents own. */
export interface AttributedChange {
  readonly commit: Oid;
  readonly path: string;
  /** Lines it brought. */
  readonly added: number;
  readonly ranges: readonly OwnedRange[];
}

export interface Attribution {
  readonly table: LineTable;
  readonly files: readonly AttributedFile[];
  readonly changes: readonly AttributedChange[];
  /** The ledger of each file by every path it had. */
  readonly ledgers: ReadonlyMap<string, FileLedger>;
}

/** Larger blobs are taken for data. */
const MOST_BYTES = 32 * 1024 * 1024;

type Event =
  | { readonly time: number; readonly edit: FoundEdit; readonly number: number }
  | { readonly time: number; readonly commit: HistoryCommit; readonly entry: LedgerCommit };

/** Replays the files that the edits are of. */
export async function attribute(input: AttributionInput): Promise<Attribution> {
  const groups = new FileGroups(input);
  const table = new LineTable();
  const ledgers = new Map<string, FileLedger>();
  const files: AttributedFile[] = [];
  const changes: AttributedChange[] = [];
  noteAuthored(table, input.edits, groups);
  for (const [group, events] of eventsByGroup(input, groups)) {
    const blobs = new BlobLines(input.objects, table, group);
    const ledger = new FileLedger(table, {
      blob: (oid) => blobs.read(oid),
      hash: blobIdOf,
      base: baseOf(events, input.untouched),
    });
    const paths = new Map<Oid, Set<string>>();
    for (const event of events) {
      if ('edit' in event)
        await ledger.edit({ ...event.edit, number: event.number, created: isCreated(event.edit) });
      else {
        const lines = await ledger.commit(event.entry);
        if (lines === null) continue;
        const known = paths.get(event.entry.oid) ?? new Set();
        paths.set(event.entry.oid, known.add(event.entry.path));
        changes.push(changeOf(event.commit.oid, event.entry.path, lines));
      }
    }
    for (const [oid, owned] of ledger.blobs) files.push(...filesOf(paths.get(oid) ?? [], oid, owned));
    for (const path of groups.paths(group)) ledgers.set(path, ledger);
  }
  return { table, files, changes, ledgers };
}

function changeOf(
  commit: Oid,
  path: string,
  { owners, added }: Owned & { readonly added: Uint8Array },
): AttributedChange {
  const count = added.reduce((sum, each) => sum + each, 0);
  return { commit, path, added: count, ranges: rangesOf(owners, (line) => added[line] === 1) };
}

function filesOf(paths: Iterable<string>, oid: Oid, { owners }: Owned): AttributedFile[] {
  if (!owners.some((owner) => owner !== 0)) return [];
  return [...paths].map((path) => ({ path, oid, owners }));
}

function isCreated({ result }: FoundEdit): boolean {
  return result?.metadata?.type === 'create';
}

/** What agents wrote in several files tells little wherever it stands. */
function noteAuthored(table: LineTable, edits: readonly FoundEdit[], groups: FileGroups): void {
  for (const { path, edits: parts } of edits) {
    for (const part of parts) {
      const texts =
        part.op === 'write' || part.op === 'insert'
          ? [part.text]
          : part.op === 'replace'
            ? part.replacements.map(({ after }) => after)
            : [];
      for (const text of texts) table.noteAt(groups.of(path)!, table.split(text));
    }
  }
}

/** Files that edits or renames make one, each with a number above 0. */
class FileGroups {
  readonly #groups = new Map<string, number>();
  readonly #paths = new Map<number, string[]>();

  constructor({ edits, changes }: Pick<AttributionInput, 'edits' | 'changes'>) {
    const neighbours = renamesIn(changes);
    for (const { path, edits: parts } of edits) {
      for (const part of parts) {
        if (part.op === 'patch' && part.moveTo !== undefined)
          join(neighbours, path, movedPath(path, part.moveTo));
      }
    }
    for (const { path } of edits) if (!this.#groups.has(path)) this.#gather(path, neighbours);
  }

  of(path: string): number | undefined {
    return this.#groups.get(path);
  }

  paths(group: number): readonly string[] {
    return this.#paths.get(group) ?? [];
  }

  #gather(start: string, neighbours: ReadonlyMap<string, readonly string[]>): void {
    const group = this.#paths.size + 1;
    const found = [start];
    this.#groups.set(start, group);
    for (const path of found) {
      for (const next of neighbours.get(path) ?? []) {
        if (this.#groups.has(next)) continue;
        this.#groups.set(next, group);
        found.push(next);
      }
    }
    this.#paths.set(group, found);
  }
}

/** The new path of a patch that moves a file: its target is told from the same folder as its source. */
export function movedPath(path: string, moveTo: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return moveTo.includes('/') ? moveTo : `${folder}${moveTo}`;
}

function join(neighbours: Map<string, string[]>, left: string, right: string): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    const list = neighbours.get(from);
    if (list === undefined) neighbours.set(from, [to]);
    else list.push(to);
  }
}

function renamesIn(changes: AttributionInput['changes']): Map<string, string[]> {
  const neighbours = new Map<string, string[]>();
  for (const parents of changes.values()) {
    for (const { oldPath, newPath } of parents.flat()) {
      if (oldPath !== null && newPath !== null && oldPath !== newPath) join(neighbours, oldPath, newPath);
    }
  }
  return neighbours;
}

/**
 * Edits and committed files of each group in time order. A commit's time is whole seconds: edits of the same
 * second come before it. A commit never comes before its parents.
 */
function eventsByGroup(input: AttributionInput, groups: FileGroups): Map<number, Event[]> {
  const events = new Map<number, Event[]>();
  const add = (path: string, event: Event): void => {
    const group = groups.of(path);
    if (group === undefined) return;
    const list = events.get(group);
    if (list === undefined) events.set(group, [event]);
    else list.push(event);
  };
  for (const [number, edit] of input.edits.entries()) add(edit.path, { time: edit.time, edit, number });
  const times = new Map<Oid, number>();
  const authored = new Set<string>();
  for (const commit of input.commits) {
    const time = Math.max(
      commit.committed * 1000 + 999,
      ...commit.parents.map((parent) => times.get(parent) ?? 0),
    );
    times.set(commit.oid, time);
    const name = `${commit.authored} ${commit.author}`;
    const repeats = authored.has(name) || /^(?:Revert|Reapply) "/.test(commit.subject);
    authored.add(name);
    for (const entry of committedFiles(input.changes.get(commit.oid) ?? [], repeats))
      add(entry.path, { time, commit, entry });
  }
  for (const list of events.values()) list.sort((left, right) => left.time - right.time);
  return events;
}

/** Files that a commit has otherwise than all of its parents. */
function committedFiles(changes: ReadonlyArray<readonly FileChange[]>, repeats: boolean): LedgerCommit[] {
  const [first = [], ...others] = changes;
  return first.flatMap(({ newPath: path, newOid: oid, oldPath, oldOid }): LedgerCommit[] => {
    if (path === null || oid === null) return [];
    const parents = [parentFile(oldPath, oldOid)];
    for (const other of others) {
      const change = other.find((each) => each.newPath === path);
      if (change === undefined) return [];
      parents.push(parentFile(change.oldPath, change.oldOid));
    }
    return [{ path, oid, parents, repeats }];
  });
}

/** The paths themselves, and every path that a rename joins to one of them. */
export function connectedPaths(
  paths: readonly string[],
  changes: AttributionInput['changes'],
): ReadonlySet<string> {
  const neighbours = renamesIn(changes);
  const found = new Set(paths);
  for (const path of found) for (const next of neighbours.get(path) ?? []) found.add(next);
  return found;
}

function parentFile(path: string | null, oid: Oid | null): { path: string; oid: Oid } | null {
  return path === null || oid === null ? null : { path, oid };
}

/** What a path held before its first commit of the time. */
function baseOf(
  events: readonly Event[],
  untouched: (path: string) => Oid | null,
): (path: string) => Oid | null {
  const bases = new Map<string, Oid | null>();
  const added = new Set<string>();
  for (const event of events) {
    if (!('entry' in event)) continue;
    const [parent] = event.entry.parents;
    if (parent && !bases.has(parent.path) && !added.has(parent.path)) bases.set(parent.path, parent.oid);
    added.add(event.entry.path);
  }
  return (path) => (bases.has(path) ? bases.get(path)! : added.has(path) ? null : untouched(path));
}

/** Lines of blobs, read once. */
class BlobLines {
  readonly #objects: ObjectReader;
  readonly #table: LineTable;
  readonly #place: number;
  readonly #known = new Map<Oid, Int32Array | null>();

  constructor(objects: ObjectReader, table: LineTable, place: number) {
    this.#objects = objects;
    this.#table = table;
    this.#place = place;
  }

  async read(oid: Oid): Promise<Int32Array | null> {
    let lines = this.#known.get(oid);
    if (lines === undefined) {
      lines = await this.#load(oid);
      this.#known.set(oid, lines);
    }
    return lines;
  }

  async #load(oid: Oid): Promise<Int32Array | null> {
    if (oid.length !== (this.#objects.algorithm === 'sha1' ? 40 : 64)) return null;
    const info = await this.#objects.info(oid);
    if (info === null || info.type !== 'blob' || info.size > MOST_BYTES) return null;
    const found = await this.#objects.read(oid);
    if (found === null || found.data.subarray(0, 8000).includes(0)) return null;
    const ids = this.#table.split(found.data.toString('utf8'));
    this.#table.noteAt(this.#place, ids);
    return ids;
  }
}
