/** Alignment of two texts by a longest common subsequence of their lines. */

/** A change: lines `a0` to `a1` of the old text gave way to `b0` to `b1` of the new one; ends are exclusive. */
export interface Hunk {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Most changed lines for which the shortest script is looked for; beyond, unique lines decide. */
const MOST_CHANGES = 128;

/** Changes between two texts in order, with at least one equal line between any two of them. */
export function diffLines(a: Int32Array, b: Int32Array): Hunk[] {
  const match = new Int32Array(b.length).fill(-1);
  align(a, b, { a0: 0, a1: a.length, b0: 0, b1: b.length }, match);
  return hunksOf(match, a.length);
}

function hunksOf(match: Int32Array, length: number): Hunk[] {
  const hunks: Hunk[] = [];
  let a0 = 0;
  let b0 = 0;
  for (let at = 0; at <= match.length; at += 1) {
    const old = at === match.length ? length : match[at]!;
    if (old < 0) continue;
    if (old > a0 || at > b0) hunks.push({ a0, a1: old, b0, b1: at });
    a0 = old + 1;
    b0 = at + 1;
  }
  return hunks;
}

/** Writes into `match`, for each line of `b` in the range, the line of `a` it is; -1 for none. */
function align(a: Int32Array, b: Int32Array, range: Hunk, match: Int32Array): void {
  let { a0, a1, b0, b1 } = range;
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) match[b0++] = a0++;
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) match[--b1] = --a1;
  if (a0 === a1 || b0 === b1) return;
  const inA = sharedPlaces(a, a0, a1, b, b0, b1);
  const inB = inA.length === 0 ? inA : sharedPlaces(b, b0, b1, a, a0, a1);
  if (inB.length === 0) return;
  if (!shortestScript(pick(a, inA), pick(b, inB), (x, y) => (match[inB[y]!] = inA[x]!)))
    alignByUnique(a, b, { a0, a1, b0, b1 }, match);
}

/** Marks of lines by their numbers, valid where they hold the number of the search. */
let marks = new Int32Array(1024);
let search = 0;

/** Places in a range of `a` whose lines stand in the range of `b` too: all others are changes for certain. */
function sharedPlaces(
  a: Int32Array,
  a0: number,
  a1: number,
  b: Int32Array,
  b0: number,
  b1: number,
): Int32Array {
  search += 1;
  for (let at = b0; at < b1; at += 1) {
    const id = b[at]!;
    if (id >= marks.length) growMarks(id);
    marks[id] = search;
  }
  const found = new Int32Array(a1 - a0);
  let count = 0;
  for (let at = a0; at < a1; at += 1) if (marks[a[at]!] === search) found[count++] = at;
  return found.subarray(0, count);
}

function growMarks(id: number): void {
  const grown = new Int32Array(Math.max(id + 1, marks.length * 2));
  grown.set(marks);
  marks = grown;
}

function pick(ids: Int32Array, places: Int32Array): Int32Array {
  const found = new Int32Array(places.length);
  for (let at = 0; at < places.length; at += 1) found[at] = ids[places[at]!]!;
  return found;
}

/** Takes a pair of equal lines, by their places. */
type Pair = (x: number, y: number) => void;

/** Furthest reaching paths by diagonal, and what they were before each number of changes `d`, from place `d * d` on. */
const reach = new Int32Array(2 * MOST_CHANGES + 3);
const trace = new Int32Array((MOST_CHANGES + 1) ** 2);

/** Myers' greedy algorithm; false when the texts differ in too many lines. */
function shortestScript(a: Int32Array, b: Int32Array, pair: Pair): boolean {
  const n = a.length;
  const m = b.length;
  const most = Math.min(n + m, MOST_CHANGES);
  const middle = most + 1;
  reach.fill(0, 0, 2 * most + 3);
  for (let d = 0; d <= most; d += 1) {
    trace.set(reach.subarray(middle - d, middle + d + 1), d * d);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[middle + k - 1]! < reach[middle + k + 1]!);
      let x = down ? reach[middle + k + 1]! : reach[middle + k - 1]! + 1;
      let y = x - k;
      while (x < n && y < m && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      reach[middle + k] = x;
      if (x >= n && y >= m) {
        walkBack(d, n, m, pair);
        return true;
      }
    }
  }
  return false;
}

function walkBack(last: number, n: number, m: number, pair: Pair): void {
  let x = n;
  let y = m;
  for (let d = last; d >= 0; d -= 1) {
    const at = (k: number): number => (k < -d || k > d ? -1 : trace[d * d + k + d]!);
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = d === 0 ? 0 : down ? at(k + 1) : at(k - 1);
    const startX = d === 0 ? 0 : down ? before : before + 1;
    while (x > startX && y > startX - k) {
      x -= 1;
      y -= 1;
      pair(x, y);
    }
    x = before;
    y = d === 0 ? 0 : before - (down ? k + 1 : k - 1);
  }
}

/** Splits at lines that both sides have exactly once, in their longest common order; else aligns nothing. */
function alignByUnique(a: Int32Array, b: Int32Array, range: Hunk, match: Int32Array): void {
  const anchors = uniquePairs(a, b, range);
  let { a0, b0 } = range;
  if (anchors.length === 0) return;
  for (const [atA, atB] of anchors) {
    align(a, b, { a0, a1: atA, b0, b1: atB }, match);
    match[atB] = atA;
    a0 = atA + 1;
    b0 = atB + 1;
  }
  align(a, b, { a0, a1: range.a1, b0, b1: range.b1 }, match);
}

function uniquePairs(a: Int32Array, b: Int32Array, { a0, a1, b0, b1 }: Hunk): Array<[number, number]> {
  const inA = places(a, a0, a1);
  const inB = places(b, b0, b1);
  const pairs: Array<[number, number]> = [];
  for (let at = a0; at < a1; at += 1) {
    const other = inA.get(a[at]!) === at ? inB.get(a[at]!) : undefined;
    if (other !== undefined && other >= 0) pairs.push([at, other]);
  }
  return longestRising(pairs);
}

/** Where each line stands, -1 for a line that stands in several places. */
function places(ids: Int32Array, from: number, to: number): Map<number, number> {
  const found = new Map<number, number>();
  for (let at = from; at < to; at += 1) found.set(ids[at]!, found.has(ids[at]!) ? -1 : at);
  return found;
}

/** Longest subsequence whose second members rise; the first members rise already. */
function longestRising(pairs: ReadonlyArray<[number, number]>): Array<[number, number]> {
  const tails: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (let at = 0; at < pairs.length; at += 1) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]!]![1] < pairs[at]![1]) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : tails[low - 1]!;
    tails[low] = at;
  }
  const found: Array<[number, number]> = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at]!) found.push(pairs[at]!);
  return found.reverse();
}
