/**
 * Owners of a file as many commits left it, as few bytes: each text is written as the runs of its owners, and these
 * as what differs from the text before it.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Oid } from '../git/ports.ts';
import { editOf, TIERS, type Tier, tierOf } from './owner.ts';
import type { AttributedFile, KnownEdit, Replayed } from './replay.ts';

/** Lines of one patch: inclusive, from 1. */
export interface StoredRange {
  readonly start: number;
  readonly end: number;
  readonly traceId: string;
  readonly step: number;
  readonly ordinal: number;
  readonly tier: Tier;
  readonly model: string | null;
  /** Lines with a letter or digit. */
  readonly telling: number;
}

/** Owners of some blobs of one path. */
export interface PackedOwners {
  readonly path: string;
  /** Ids of the blobs, 40 or 64 digits each, one after another with a space behind each. */
  readonly oids: string;
  readonly owners: Uint8Array;
}

/** Texts that are packed together: to read one, all of them are unpacked. */
const MOST_TOGETHER = 256;
/** A run: its length in lines, its owner, and how many of its lines tell something. */
const RUN = 3;

export type PackedPatch = readonly [trace: string, step: number, ordinal: number, model: string | null];
/** Runs at both ends that are those of the text before, in numbers, and the numbers between them. */
type PackedText = readonly [head: number, tail: number, ...runs: number[]];
interface Packed {
  readonly patches: readonly PackedPatch[];
  readonly texts: readonly PackedText[];
}

export function packOwners({
  files,
  edits,
  table,
}: Pick<Replayed, 'files' | 'edits' | 'table'>): PackedOwners[] {
  const byPath = new Map<string, AttributedFile[]>();
  for (const file of files) {
    const known = byPath.get(file.path);
    if (known === undefined) byPath.set(file.path, [file]);
    else known.push(file);
  }
  const isTelling = (id: number): boolean => table.weight(id) > 0;
  return [...byPath].flatMap(([path, texts]) => {
    const packed: PackedOwners[] = [];
    for (let at = 0; at < texts.length; at += MOST_TOGETHER)
      packed.push(packTogether(path, texts.slice(at, at + MOST_TOGETHER), { edits, isTelling }));
    return packed;
  });
}

interface PackOptions {
  readonly edits: readonly KnownEdit[];
  readonly isTelling: (id: number) => boolean;
}

function packTogether(
  path: string,
  files: readonly AttributedFile[],
  { edits, isTelling }: PackOptions,
): PackedOwners {
  const patches = new PatchNumbers(edits);
  let last: readonly number[] = [];
  const texts = files.map((file): PackedText => {
    const runs = runsOf(file, patches, isTelling);
    const text = packText(runs, last);
    last = runs;
    return text;
  });
  const packed: Packed = { patches: patches.list, texts };
  return {
    path,
    oids: files.map(({ oid }) => `${oid} `).join(''),
    owners: deflateRawSync(JSON.stringify(packed), { level: 1 }),
  };
}

/** Numbers of the patches that own something, in the order in which they are met. */
export class PatchNumbers {
  readonly list: PackedPatch[] = [];
  readonly #edits: readonly KnownEdit[];
  readonly #numbers = new Map<number, number>();

  constructor(edits: readonly KnownEdit[]) {
    this.#edits = edits;
  }

  of(edit: number): number {
    let number = this.#numbers.get(edit);
    if (number === undefined) {
      const { session, step, ordinal, model } = this.#edits[edit]!;
      number = this.list.push([session.trace_id, step, ordinal, model]) - 1;
      this.#numbers.set(edit, number);
    }
    return number;
  }
}

/** Numbers of runs; owner 0 for lines nobody is known to have written, else patch and tier, plus 1. */
function runsOf(
  { ids, owners }: AttributedFile,
  patches: PatchNumbers,
  isTelling: (id: number) => boolean,
): number[] {
  const runs: number[] = [];
  for (let at = 0; at < owners.length; ) {
    const owner = Math.max(0, owners[at]!);
    const start = at;
    let telling = 0;
    at += 1;
    while (at < owners.length && (owner === 0 ? owners[at]! <= 0 : owners[at] === owner)) at += 1;
    for (let line = start; owner > 0 && line < at; line += 1) if (isTelling(ids[line]!)) telling += 1;
    const packed =
      owner === 0 ? 0 : patches.of(editOf(owner)) * TIERS.length + TIERS.indexOf(tierOf(owner)) + 1;
    runs.push(at - start, packed, telling);
  }
  return runs;
}

function packText(runs: readonly number[], last: readonly number[]): PackedText {
  const most = Math.min(runs.length, last.length);
  let head = 0;
  while (head < most && runs[head] === last[head]) head += 1;
  let tail = 0;
  while (tail < most - head && runs[runs.length - 1 - tail] === last[last.length - 1 - tail]) tail += 1;
  return [head, tail, ...runs.slice(head, runs.length - tail)];
}

/** Owners of a path's blobs, each pack of them unpacked when one of its blobs is first asked for. */
export class UnpackedOwners {
  readonly #packs: ReadonlyArray<Omit<PackedOwners, 'path'>>;
  readonly #unpacked = new Map<number, UnpackedTexts>();

  /** The newest pack first: what it says of a blob holds. */
  constructor(packs: ReadonlyArray<Omit<PackedOwners, 'path'>>) {
    this.#packs = packs;
  }

  /** Ranges of a blob's lines that have an owner; none for a blob that is not here, or what cannot be read. */
  of(oid: Oid): StoredRange[] {
    const at = this.#packs.findIndex(({ oids }) => oids.includes(oid));
    if (at < 0) return [];
    let texts = this.#unpacked.get(at);
    if (texts === undefined) {
      texts = new UnpackedTexts(this.#packs[at]!);
      this.#unpacked.set(at, texts);
    }
    return texts.of(oid);
  }

  /** Every blob of which a line has an owner. */
  *all(): Iterable<readonly [oid: Oid, ranges: readonly StoredRange[]]> {
    const seen = new Set<Oid>();
    for (const oid of this.#packs.flatMap(({ oids }) => oids.trimEnd().split(' '))) {
      const ranges = seen.has(oid) ? [] : this.of(oid);
      seen.add(oid);
      if (ranges.length > 0) yield [oid, ranges];
    }
  }
}

/** One pack. What is asked for in the order in which it was packed costs a step each. */
class UnpackedTexts {
  readonly #places: ReadonlyMap<Oid, number>;
  readonly #packed: Packed;
  #runs: readonly number[] = [];
  #next = 0;

  constructor({ oids, owners }: Omit<PackedOwners, 'path'>) {
    this.#packed = decode(owners) ?? { patches: [], texts: [] };
    this.#places = new Map(oids.split(' ').map((oid, at) => [oid, at]));
  }

  of(oid: Oid): StoredRange[] {
    const place = this.#places.get(oid)!;
    if (place >= this.#packed.texts.length) return [];
    if (place < this.#next - 1) {
      this.#runs = [];
      this.#next = 0;
    }
    for (; this.#next <= place; this.#next += 1) {
      const [head, tail, ...between] = this.#packed.texts[this.#next]!;
      const last = this.#runs;
      this.#runs = last.slice(0, head).concat(between, last.slice(last.length - tail));
    }
    return rangesIn(this.#runs, this.#packed.patches);
  }
}

function decode(bytes: Uint8Array): Packed | null {
  try {
    return JSON.parse(inflateRawSync(bytes).toString('utf8')) as Packed;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function rangesIn(runs: readonly number[], patches: readonly PackedPatch[]): StoredRange[] {
  const ranges: StoredRange[] = [];
  let line = 1;
  for (let at = 0; at < runs.length; at += RUN) {
    const [length, owner, telling] = [runs[at]!, runs[at + 1]! - 1, runs[at + 2]!];
    if (owner >= 0) {
      const [traceId, step, ordinal, model] = patches[Math.floor(owner / TIERS.length)]!;
      const tier = TIERS[owner % TIERS.length]!;
      ranges.push({ start: line, end: line + length - 1, traceId, step, ordinal, tier, model, telling });
    }
    line += length;
  }
  return ranges;
}
