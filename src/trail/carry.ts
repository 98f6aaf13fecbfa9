/**
 * Carries owners from one state of a text to the next. Where several alignments explain the change and they
 * disagree about a line, the line is undecided: a gap is fine, a wrong owner is not.
 */
import { diffLines, type Hunk } from './diff.ts';
import { type LineTable, type Owned, UNDECIDED } from './lines.ts';

export interface Carried {
  readonly owners: Int32Array;
  /** 1 for each line that is new, whatever the alignment. */
  readonly added: Uint8Array;
}

/** Weight that a run of kept lines between two changes needs to be believed. */
const TRUSTED = 3;
/** Weight that lines need which differ in white space, in a change that took others away. */
const STRONG = 5;
/** Longest run whose lines are looked at one by one. */
const SHORT_RUN = 12;

/** Owners of `to`, a later state of `from`: what stayed keeps its owner, what is new belongs to `fresh`. */
export function carry(table: LineTable, from: Owned, to: Int32Array, fresh: number): Carried {
  const hunks = diffLines(from.ids, to);
  const job = { table, from, to, fresh, owners: new Int32Array(to.length), added: new Uint8Array(to.length) };
  fill(job, hunks);
  for (const hunk of hunks) keepIndented(job, hunk);
  for (let at = 1; at < hunks.length; at += 1) doubtIsland(job, hunks[at - 1]!, hunks[at]!);
  for (let at = 0; at < hunks.length; at += 1) doubtSlides(job, hunks, at);
  return { owners: job.owners, added: job.added };
}

interface Job {
  readonly table: LineTable;
  readonly from: Owned;
  readonly to: Int32Array;
  readonly fresh: number;
  readonly owners: Int32Array;
  readonly added: Uint8Array;
}

function fill({ from, fresh, owners, added }: Job, hunks: readonly Hunk[]): void {
  let a = 0;
  let b = 0;
  for (const hunk of [...hunks, { a0: from.ids.length, a1: 0, b0: owners.length, b1: 0 }]) {
    while (b < hunk.b0) owners[b++] = from.owners[a++]!;
    while (b < hunk.b1) {
      owners[b] = fresh;
      added[b++] = 1;
    }
    a = hunk.a1;
  }
}

/** Lines of a change that differ in white space only keep their owner. */
function keepIndented(job: Job, { a0, a1, b0, b1 }: Hunk): void {
  const { table, from, to, owners, added } = job;
  if (a0 === a1 || b0 === b1) return;
  const a = from.ids.slice(a0, a1).map((id) => table.bare(id));
  const b = to.slice(b0, b1).map((id) => table.bare(id));
  let lastA = 0;
  let lastB = 0;
  for (const hunk of [...diffLines(a, b), { a0: a.length, a1: 0, b0: b.length, b1: 0 }]) {
    const length = hunk.b0 - lastB;
    const whole = length === a.length && length === b.length;
    // Where lines around it are gone, a single line may as well have been typed anew.
    const needed = length === a.length ? TRUSTED : STRONG;
    if (length > 0 && (whole || weightOfRun(table, a, b, lastB, hunk.b0) >= needed)) {
      for (let at = 0; at < length; at += 1) {
        owners[b0 + lastB + at] = from.owners[a0 + lastA + at]!;
        added[b0 + lastB + at] = 0;
      }
    }
    lastA = hunk.a1;
    lastB = hunk.b1;
  }
}

/** A short run of everyday lines that stayed between two changes may as well have been written anew. */
function doubtIsland(job: Job, before: Hunk, after: Hunk): void {
  const onlyAdded = before.a0 === before.a1 && after.a0 === after.a1;
  const onlyRemoved = before.b0 === before.b1 && after.b0 === after.b1;
  if (onlyAdded || onlyRemoved) return;
  const { table, from, to } = job;
  if (weightOfRun(table, from.ids, to, before.b1, after.b0) >= TRUSTED) return;
  for (let at = before.b1; at < after.b0; at += 1) doubt(job, at, job.fresh);
}

/** What lines `b0` to `b1` of `b`, kept from `a`, tell together: a line that occurs once in both tells most. */
export function weightOfRun(table: LineTable, a: Int32Array, b: Int32Array, b0: number, b1: number): number {
  if (b1 - b0 > SHORT_RUN) return SHORT_RUN;
  let weight = 0;
  for (let at = b0; at < b1; at += 1) {
    const own = table.weight(b[at]!);
    weight += own > 1 && (!once(a, b[at]!) || !once(b, b[at]!)) ? 1 : own;
  }
  return weight;
}

function once(ids: Int32Array, id: number): boolean {
  const first = ids.indexOf(id);
  return first >= 0 && ids.indexOf(id, first + 1) < 0;
}

/** A change can be slid along lines equal to those at its edges; lines on the way may have other owners then. */
function doubtSlides(job: Job, hunks: readonly Hunk[], at: number): void {
  const hunk = hunks[at]!;
  const above = hunk.b0 - (hunks[at - 1]?.b1 ?? 0);
  const below = (hunks[at + 1]?.b0 ?? job.to.length) - hunk.b1;
  if (hunk.b1 > hunk.b0) doubtAdded(job, hunk, above, below);
  if (hunk.a1 > hunk.a0) doubtRemoved(job, hunk, above, below);
}

function doubtAdded(job: Job, { a0, a1, b0, b1 }: Hunk, above: number, below: number): void {
  const { to } = job;
  const up = slide(above, (by) => to[b0 - by] === to[b1 - by]);
  const down = slide(below, (by) => to[b0 + by - 1] === to[b1 + by - 1]);
  const { from } = job;
  for (let at = b0 - up; at < b1 + down; at += 1) {
    if (at >= b0 + down && at < b1 - up) continue;
    if (at < b0 + down) doubt(job, at, from.owners[at < b0 ? a0 - (b0 - at) : a1 + (at - b0)]!);
    if (at >= b1 - up) doubt(job, at, from.owners[at >= b1 ? a1 + (at - b1) : a0 - (b1 - at)]!);
    if (at < b0 || at >= b1) doubt(job, at, job.fresh);
    job.added[at] = 0;
  }
}

function doubtRemoved(job: Job, { a0, a1, b0, b1 }: Hunk, above: number, below: number): void {
  const { ids, owners } = job.from;
  const up = slide(above, (by) => ids[a0 - by] === ids[a1 - by]);
  const down = slide(below, (by) => ids[a0 + by - 1] === ids[a1 + by - 1]);
  for (let by = 1; by <= up; by += 1) doubt(job, b0 - by, owners[a1 - by]!);
  for (let by = 0; by < down; by += 1) doubt(job, b1 + by, owners[a0 + by]!);
}

function slide(room: number, fits: (by: number) => boolean): number {
  let by = 0;
  while (by < room && fits(by + 1)) by += 1;
  return by;
}

/** Takes the answer back when another owner is as likely. */
function doubt({ owners }: Job, at: number, other: number): void {
  if (owners[at] !== other) owners[at] = UNDECIDED;
}
