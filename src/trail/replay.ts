/** Replays one file, through its renames: edits and commits in time order, to owners of the lines of every blob. */
import type { ObjectReader, Oid } from '../git/ports.ts';
import { BlobLines } from './blob-lines.ts';
import type { CommittedFile, FileGroup } from './file-groups.ts';
import { FileLedger, type LedgerCommit } from './ledger.ts';
import { LineTable, type Owned } from './lines.ts';
import { authoredBlocks } from './lost-edits.ts';
import { type OwnedRange, rangesOf } from './owner.ts';
import { blobIdOf, type FoundEdit } from './read-edits.ts';

/** A file as some commit left it. */
export interface AttributedFile extends Owned {
  readonly path: string;
  readonly oid: Oid;
}

/** Lines that one commit brought and agents own. */
export interface AttributedChange {
  readonly commit: Oid;
  readonly path: string;
  /** Lines it brought. */
  readonly added: number;
  readonly ranges: readonly OwnedRange[];
}

export interface Replayed {
  readonly paths: readonly string[];
  /** Owner numbers are places in this list. */
  readonly edits: readonly FoundEdit[];
  readonly table: LineTable;
  readonly ledger: FileLedger;
  readonly files: readonly AttributedFile[];
  readonly changes: readonly AttributedChange[];
}

export interface ReplaySources {
  readonly objects: ObjectReader;
  /** Blob of a path that no commit of the time changed. */
  readonly untouched: (path: string) => Promise<Oid | null>;
}

export async function replay(
  { paths, commits }: FileGroup,
  edits: readonly FoundEdit[],
  { objects, untouched }: ReplaySources,
): Promise<Replayed> {
  const table = new LineTable();
  noteAuthored(table, edits);
  const blobs = new BlobLines(objects, table);
  await blobs.readAhead(commits.flatMap(({ entry }) => blobsOf(entry)));
  const ledger = new FileLedger(table, {
    blob: (oid) => blobs.read(oid),
    hash: blobIdOf,
    base: baseOf(commits, untouched),
  });
  const files = new Map<string, AttributedFile>();
  const changes: AttributedChange[] = [];
  let next = 0;
  const editsUntil = async (time: number): Promise<void> => {
    for (; next < edits.length && edits[next]!.time <= time; next += 1) {
      const edit = edits[next]!;
      await ledger.edit({ ...edit, number: next, created: edit.result?.metadata?.type === 'create' });
    }
  };
  for (const { time, commit, entry } of commits) {
    await editsUntil(time);
    const lines = await ledger.commit(entry);
    if (lines === null) continue;
    files.set(`${entry.oid} ${entry.path}`, { path: entry.path, oid: entry.oid, ...lines });
    const added = lines.added.reduce((sum, each) => sum + each, 0);
    const ranges = rangesOf(lines.owners, (line) => lines.added[line] === 1);
    changes.push({ commit: commit.oid, path: entry.path, added, ranges });
  }
  await editsUntil(Number.POSITIVE_INFINITY);
  return { paths, edits, table, ledger, files: latestOwners(files, ledger), changes };
}

function blobsOf({ oid, parents }: LedgerCommit): Oid[] {
  return [oid, ...parents.flatMap((parent) => parent?.oid ?? [])];
}

/** A blob seen again may have lost owners since. */
function latestOwners(files: ReadonlyMap<string, AttributedFile>, ledger: FileLedger): AttributedFile[] {
  return [...files.values()].map((file) => ({ ...file, ...(ledger.blobs.get(file.oid) ?? file) }));
}

/** What agents wrote more than once tells little wherever it stands. */
function noteAuthored(table: LineTable, edits: readonly FoundEdit[]): void {
  for (const [number, { edits: parts }] of edits.entries()) {
    for (const part of parts) {
      if (part.op === 'write') continue;
      for (const block of authoredBlocks(table, part)) table.noteEdit(number + 1, block);
    }
  }
}

/** What a path held before its first commit of the time. */
function baseOf(
  commits: readonly CommittedFile[],
  untouched: ReplaySources['untouched'],
): (path: string) => Promise<Oid | null> {
  const bases = new Map<string, Oid | null>();
  for (const { entry } of commits) {
    for (const parent of entry.parents) {
      if (parent !== null && !bases.has(parent.path)) bases.set(parent.path, parent.oid);
    }
    if (!bases.has(entry.path)) bases.set(entry.path, null);
  }
  return async (path) => (bases.has(path) ? bases.get(path)! : untouched(path));
}
