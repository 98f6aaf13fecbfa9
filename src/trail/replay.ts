/** Replays one file, through its renames: edits and commits in time order, to owners of the lines of every blob. */
import type { ObjectReader, Oid } from '../git/ports.ts';
import { BlobIds } from './blob-ids.ts';
import { BlobLines } from './blob-lines.ts';
import { BlobsAhead } from './blobs-ahead.ts';
import type { FileGroup } from './file-events.ts';
import { eventsOf, type FileEvent } from './file-events.ts';
import type { CommittedFile } from './history-index.ts';
import { FileLedger } from './ledger.ts';
import type { LedgerSources, LedgerTurn } from './ledger-state.ts';
import { LineTable, type Owned } from './lines.ts';
import { authoredBlocks } from './lost-edits.ts';
import { type OwnedRange, ownerOf, rangesOf } from './owner.ts';
import type { EditingSession, FoundEdit, PlacedLook, PlacedPatch } from './read-edits.ts';
import type { FoundLook, FoundTurn } from './read-turns.ts';

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

/** A patch that was replayed, without its texts. */
export interface KnownEdit extends PlacedPatch {
  readonly model: string | null;
}

export interface Replayed {
  readonly paths: readonly string[];
  /** Owner numbers are places in this list. */
  readonly edits: readonly KnownEdit[];
  readonly table: LineTable;
  readonly ledger: FileLedger;
  /** Of the events that were replayed now: all of them, unless the replay went on from a ledger that was kept. */
  readonly files: readonly AttributedFile[];
  readonly changes: readonly AttributedChange[];
}

export interface ReplaySources {
  readonly objects: ObjectReader;
  readonly readEdits: (patches: readonly PlacedPatch[]) => Promise<FoundEdit[]>;
  /** What was seen of a file at the prompt or end of a turn. */
  readonly readLook: (look: PlacedLook) => Promise<FoundLook | null>;
  /** Blob of a path that no commit of the time changed. */
  readonly untouched: (path: string) => Promise<Oid | null>;
  readonly sessions: ReadonlyMap<string, EditingSession>;
}

export function replay(group: FileGroup, sources: ReplaySources): Promise<Replayed> {
  return new Replay(group, sources, eventsOf(group)).run();
}

/** Where a replay goes on from. */
export interface ReplayStart {
  readonly table: LineTable;
  readonly edits: readonly KnownEdit[];
  readonly restore: (table: LineTable, sources: LedgerSources) => FileLedger;
}

export class Replay {
  readonly #group: FileGroup;
  readonly #sources: ReplaySources;
  readonly #table: LineTable;
  readonly #blobs: BlobLines;
  readonly #ledger: FileLedger;
  readonly #edits: KnownEdit[];
  readonly #files = new Map<string, AttributedFile>();
  readonly #changes: AttributedChange[] = [];
  readonly #events: readonly FileEvent[];
  readonly #reading: Promise<FoundEdit[]>;

  /** Begins to read the edits. */
  constructor(
    group: FileGroup,
    sources: ReplaySources,
    events: readonly FileEvent[],
    start: ReplayStart | null = null,
  ) {
    this.#group = group;
    this.#sources = sources;
    this.#table = start?.table ?? new LineTable();
    this.#edits = [...(start?.edits ?? [])];
    this.#blobs = new BlobLines(sources.objects, this.#table);
    const ids = new BlobIds(this.#table);
    const ahead = new BlobsAhead(this.#blobs, ids, events);
    const ledgerSources: LedgerSources = {
      blob: (oid, mayBe) => ahead.read(oid, mayBe),
      isBlob: (lines, blob) => ids.isBlob(lines, blob),
      base: baseOf(group.commits, sources.untouched),
    };
    this.#ledger = start?.restore(this.#table, ledgerSources) ?? new FileLedger(this.#table, ledgerSources);
    this.#events = events;
    this.#reading = sources.readEdits(events.flatMap(({ patch }) => patch ?? []));
    // Who runs it sees the failure; who never does is not hurt by it.
    this.#reading.catch(() => undefined);
  }

  async run(): Promise<Replayed> {
    const edits = await this.#reading;
    const found = new Map(edits.map((edit) => [nameOf(edit), edit]));
    for (const { patch, look, file } of this.#events) {
      const edit = patch === null ? undefined : found.get(nameOf(patch));
      if (edit !== undefined) await this.#edit(edit);
      if (look !== null) await this.#look(look);
      if (file !== null) await this.#commit(file);
    }
    const { paths } = this.#group;
    const files = latestOwners(this.#files, this.#ledger);
    return {
      paths,
      edits: this.#edits,
      table: this.#table,
      ledger: this.#ledger,
      files,
      changes: this.#changes,
    };
  }

  async #edit(edit: FoundEdit): Promise<void> {
    const { session, step, ordinal, time, root, path, effect, digest, model } = edit;
    // Before the ledger takes it: what that finds may have owners of its own.
    const known = { session, step, ordinal, time, root, path, effect, digest, model };
    const number = this.#edits.push(known) - 1;
    noteAuthored(this.#table, number, edit);
    await this.#ledger.edit({ ...edit, number });
  }

  async #look(placed: PlacedLook): Promise<void> {
    const look = await this.#sources.readLook(placed);
    if (look === null) return;
    const { root, path, time, file, turn } = look;
    await this.#ledger.look({
      ...{ root, path, time },
      file: file && { blob: file.blob, text: async () => file.text },
      turn: turn && (await this.#turnOf(look, turn)),
    });
  }

  /** A step becomes an owner with the first line that its commands wrote. */
  async #turnOf(look: FoundLook, { until, after, steps, ordinal }: FoundTurn): Promise<LedgerTurn> {
    const { session, root, path, digest } = look;
    const edit = { session, ordinal, root, path, effect: 'writes' as const, digest, model: session.model };
    const ownerAt = ({ step, time }: FoundTurn['steps'][number]): (() => number) => {
      let owner = 0;
      return () => {
        if (owner === 0) owner = ownerOf(this.#edits.push({ ...edit, step, time }) - 1, 'turn_snapshot');
        return owner;
      };
    };
    const text = after?.text ?? null;
    const blob = text === null && after ? await this.#blobs.read(after.blob) : null;
    return {
      until,
      after: text === null ? blob : this.#table.split(text),
      steps: steps.map((step) => ({ time: step.time, owner: ownerAt(step) })),
    };
  }

  async #commit({ commit, entry, time }: CommittedFile): Promise<void> {
    const lines = await this.#ledger.commit(entry, time);
    if (lines === null) return;
    this.#files.set(`${entry.oid} ${entry.path}`, { path: entry.path, oid: entry.oid, ...lines });
    const added = lines.added.reduce((sum, each) => sum + each, 0);
    const ranges = rangesOf(lines.owners, (line) => lines.added[line] === 1);
    this.#changes.push({ commit: commit.oid, path: entry.path, added, ranges });
  }
}

function nameOf({ session, step, ordinal }: PlacedPatch): string {
  return `${session.trace_id} ${step}.${ordinal}`;
}

/** A blob seen again may have lost owners since. */
function latestOwners(files: ReadonlyMap<string, AttributedFile>, ledger: FileLedger): AttributedFile[] {
  return [...files.values()].map((file) => ({ ...file, ...(ledger.blobs.get(file.oid) ?? file) }));
}

/** What agents wrote more than once tells little wherever it stands. */
function noteAuthored(table: LineTable, number: number, { edits }: FoundEdit): void {
  for (const part of edits) {
    if (part.op === 'write') continue;
    for (const block of authoredBlocks(table, part)) table.noteEdit(number + 1, block);
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
