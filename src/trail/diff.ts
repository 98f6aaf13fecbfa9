/** Alignment of two texts by a longest common subsequence of their lines. */

/** A change: lines `a0` to `a1` of the old text gave way to `b0` to `b1` of the new one; ends are exclusive. */
export interface Hunk {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Most changed lines for which the shortest script is looked for; beyond, unique lines decide. */
const MOST_CHANGES = 400;

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
  const inner = { a0, a1, b0, b1 };
  if (!shortestScript(a, b, inner, match)) alignByUnique(a, b, inner, match);
}

/** Myers' greedy algorithm; false when the texts differ in too many lines. */
function shortestScript(a: Int32Array, b: Int32Array, range: Hunk, match: Int32Array): boolean {
  const n = range.a1 - range.a0;
  const m = range.b1 - range.b0;
  const most = Math.min(n + m, MOST_CHANGES);
  const reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(reach.slice(middle - d, middle + d + 1));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[middle + k - 1]! < reach[middle + k + 1]!);
      let x = down ? reach[middle + k + 1]! : reach[middle + k - 1]! + 1;
      let y = x - k;
      while (x < n && y < m && a[range.a0 + x] === b[range.b0 + y]) {
        x += 1;
        y += 1;
      }
      reach[middle + k] = x;
      if (x >= n && y >= m) {
        walkBack(trace, d, range, match);
        return true;
      }
    }
  }
  return false;
}

function walkBack(trace: readonly Int32Array[], last: number, range: Hunk, match: Int32Array): void {
  let x = range.a1 - range.a0;
  let y = range.b1 - range.b0;
  for (let d = last; d >= 0; d -= 1) {
    const reach = trace[d]!;
    const at = (k: number): number => (k < -d || k > d ? -1 : reach[k + d]!);
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = d === 0 ? 0 : down ? at(k + 1) : at(k - 1);
    const startX = d === 0 ? 0 : down ? before : before + 1;
    while (x > startX && y > startX - k) {
      x -= 1;
      y -= 1;
      match[range.b0 + y] = range.a0 + x;
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
