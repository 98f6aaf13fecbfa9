/** Lines that stand in place of a patch's lines: what commits put where they took them away, followed to HEAD. */
import type { ObjectReader, Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { BlobLines } from './blob-lines.ts';
import { diffLines, type Hunk } from './diff.ts';
import type { FileGroup } from './file-events.ts';
import type { CommittedFile } from './history-index.ts';
import { LineTable } from './lines.ts';
import type { TrailStore } from './store.ts';

/** Lines with a letter or digit in place of a patch's, by whether its own session is known to have written them. */
export interface InPlace {
  readonly own: number;
  readonly others: number;
}

export interface InPlaceOptions {
  readonly store: TrailStore;
  readonly objects: ObjectReader;
  readonly group: FileGroup;
  readonly inHead: ReadonlySet<Oid>;
  /** HEAD's file at each path of the group. */
  readonly head: ReadonlyMap<string, Oid>;
  /** Trace ids by the ids of the patches that are followed. */
  readonly wanted: ReadonlyMap<string, string>;
}

/** Lines of a file, from 0, by patch. */
type Marks = ReadonlyMap<string, ReadonlySet<number>>;
type Side = CommittedFile['entry']['parents'][number];

const NO_MARKS: Marks = new Map();

/** For each patch with such lines in HEAD's file. */
export async function linesInPlace(options: InPlaceOptions): Promise<ReadonlyMap<string, InPlace>> {
  if (options.wanted.size === 0) return new Map();
  const follower = new Follower(options);
  for (const file of options.group.commits) {
    if (options.inHead.has(file.commit.oid)) await follower.take(file);
  }
  return follower.atHead();
}

class Follower {
  readonly #options: InPlaceOptions;
  readonly #table = new LineTable();
  readonly #blobs: BlobLines;
  readonly #marks = new Map<string, Marks>();
  readonly #owned = new Map<string, Marks>();

  constructor(options: InPlaceOptions) {
    this.#options = options;
    this.#blobs = new BlobLines(options.objects, this.#table);
  }

  async take({ entry }: CommittedFile): Promise<void> {
    const { path, oid, parents } = entry;
    const owned = this.#linesOf(path, oid);
    const lost = new Set(this.#lostIn(owned, parents));
    const marks = new Map<string, Set<number>>();
    for (const parent of parents) if (parent !== null) await this.#follow(parent, oid, lost, marks);
    for (const [patch, lines] of owned) for (const line of lines) marks.get(patch)?.delete(line);
    this.#marks.set(`${oid} ${path}`, marks);
  }

  /** Patches of which the file has fewer lines than each of its parents. */
  *#lostIn(owned: Marks, parents: readonly Side[]): Iterable<string> {
    const sides = parents.flatMap((side) => (side === null ? [] : [this.#linesOf(side.path, side.oid)]));
    for (const patch of sides[0]?.keys() ?? []) {
      const left = owned.get(patch)?.size ?? 0;
      if (sides.every((side) => (side.get(patch)?.size ?? 0) > left)) yield patch;
    }
  }

  async #follow(
    parent: NonNullable<Side>,
    oid: Oid,
    lost: ReadonlySet<string>,
    into: Map<string, Set<number>>,
  ): Promise<void> {
    const marks = this.#marks.get(`${parent.oid} ${parent.path}`) ?? NO_MARKS;
    const owned = this.#linesOf(parent.path, parent.oid);
    const patches = new Set([...marks.keys(), ...[...owned.keys()].filter((patch) => lost.has(patch))]);
    if (patches.size === 0) return;
    const [before, after] = await Promise.all([this.#blobs.read(parent.oid), this.#blobs.read(oid)]);
    if (before === null || after === null) return;
    const hunks = diffLines(before, after);
    for (const patch of patches) {
      const taken = lost.has(patch) ? (owned.get(patch) ?? new Set<number>()) : new Set<number>();
      const moved = carried(marks.get(patch) ?? new Set(), taken, hunks);
      if (moved.length > 0) into.set(patch, new Set([...(into.get(patch) ?? []), ...moved]));
    }
  }

  /** Wanted patches' lines in a file. */
  #linesOf(path: string, oid: Oid): Marks {
    const key = `${oid} ${path}`;
    let found = this.#owned.get(key);
    if (found === undefined) {
      const lines = new Map<string, Set<number>>();
      for (const { traceId, step, ordinal, telling, start, end } of this.#options.store.file(path, oid)) {
        const id = patchIdOf(traceId, step, ordinal);
        if (telling === 0 || !this.#options.wanted.has(id)) continue;
        const known = lines.get(id) ?? new Set<number>();
        for (let line = start; line <= end; line += 1) known.add(line - 1);
        lines.set(id, known);
      }
      found = lines;
      this.#owned.set(key, found);
    }
    return found;
  }

  async atHead(): Promise<Map<string, InPlace>> {
    const found = new Map<string, { own: number; others: number }>();
    for (const [path, oid] of this.#options.head) {
      const marks = this.#marks.get(`${oid} ${path}`);
      const ids = marks === undefined || marks.size === 0 ? null : await this.#blobs.read(oid);
      if (marks === undefined || ids === null) continue;
      const writers = this.#writersOf(path, oid);
      for (const [patch, lines] of marks) {
        const counts = found.get(patch) ?? { own: 0, others: 0 };
        for (const line of lines) {
          if (this.#table.weight(ids[line]!) === 0) continue;
          counts[writers.get(line) === this.#options.wanted.get(patch) ? 'own' : 'others'] += 1;
        }
        if (counts.own + counts.others > 0) found.set(patch, counts);
      }
    }
    return found;
  }

  /** Traces by lines. */
  #writersOf(path: string, oid: Oid): Map<number, string> {
    const writers = new Map<number, string>();
    for (const { traceId, start, end } of this.#options.store.file(path, oid))
      for (let line = start; line <= end; line += 1) writers.set(line - 1, traceId);
    return writers;
  }
}

/** Where marked lines went, and what stands now where marked or taken lines gave way. */
function carried(marks: ReadonlySet<number>, taken: ReadonlySet<number>, hunks: readonly Hunk[]): number[] {
  const found: number[] = [];
  let shift = 0;
  let at = 0;
  const sorted = [...marks].sort((left, right) => left - right);
  for (const { a0, a1, b0, b1 } of hunks) {
    for (; at < sorted.length && sorted[at]! < a0; at += 1) found.push(sorted[at]! + shift);
    let isHit = false;
    for (let line = a0; line < a1; line += 1) isHit ||= marks.has(line) || taken.has(line);
    for (; at < sorted.length && sorted[at]! < a1; at += 1);
    if (isHit) for (let line = b0; line < b1; line += 1) found.push(line);
    shift = b1 - a1;
  }
  for (; at < sorted.length; at += 1) found.push(sorted[at]! + shift);
  return found;
}
