/** Steps by which lines of a committed text find their owners. */
import { type Carried, carry, weightOfRun } from './carry.ts';
import { diffLines } from './diff.ts';
import { type LineTable, NOBODY, type Owned, sameLines, UNDECIDED } from './lines.ts';

/** Weight that lines from elsewhere need: what a person typed may be equal by chance. */
export const TRUSTED = 3;
export const STRONG = 5;

/** Alignments of states with the text at hand, each made once. What it gives is not to be changed. */
export class Alignments {
  readonly table: LineTable;
  /** By the owners of a state: states that go on unchanged share them. */
  readonly #known = new WeakMap<Int32Array, { readonly ids: Int32Array; readonly carried: Carried }>();
  readonly #agentLines = new WeakMap<Int32Array, Set<number>>();

  constructor(table: LineTable) {
    this.table = table;
  }

  /** Lines of `ids` with their owners in a state; new ones are nobody's. */
  of(state: Owned, ids: Int32Array): Carried {
    const known = this.#known.get(state.owners);
    if (known !== undefined && known.ids === ids) return known.carried;
    const carried = sameLines(state.ids, ids)
      ? { owners: state.owners, added: new Uint8Array(ids.length) }
      : carry(this.table, state, ids, NOBODY);
    this.#known.set(state.owners, { ids, carried });
    return carried;
  }

  /** Numbers of the lines that agents own in a state, with and without their white space. */
  agentLines(state: Owned): ReadonlySet<number> {
    let lines = this.#agentLines.get(state.owners);
    if (lines === undefined) {
      lines = new Set();
      for (let at = 0; at < state.ids.length; at += 1) {
        if (state.owners[at]! > 0) lines.add(state.ids[at]!).add(this.table.bare(state.ids[at]!));
      }
      this.#agentLines.set(state.owners, lines);
    }
    return lines;
  }

  /** Lines that one has and the other has not. */
  distance(state: Owned, ids: Int32Array): number {
    const added = this.of(state, ids).added.reduce((sum, each) => sum + each, 0);
    return 2 * added + state.ids.length - ids.length;
  }
}

/** Owners of a text's lines while they are found, and which lines no parent has. */
export interface Lines {
  readonly owners: Int32Array;
  readonly added: Uint8Array;
}

/**
 * Gives lines that no parent explains to their owners in another state, in runs of the weight that is needed;
 * `surrounded`: lines of that state on both sides of a run count with it. `resolves`: it
 * also decides what was undecided.
 */
export function take(
  alignments: Alignments,
  state: Owned,
  ids: Int32Array,
  lines: Lines,
  needed: number | 'surrounded',
  resolves = false,
): void {
  const { table } = alignments;
  const wanted = (at: number): boolean =>
    lines.owners[at] === UNDECIDED ? resolves : lines.added[at] === 1 && lines.owners[at] === NOBODY;
  const isOpen = resolves && lines.owners.includes(UNDECIDED);
  if (!isOpen && !mayHold(alignments, state, ids, { wanted, needed })) return;
  const { owners, added } = alignments.of(state, ids);
  const isEnough = (from: number, to: number): boolean => {
    const own = weightOfRun(table, state.ids, ids, from, to);
    if (needed !== 'surrounded') return own >= needed;
    let [first, last] = [from, to];
    while (first > 0 && added[first - 1] === 0) first -= 1;
    while (last < ids.length && added[last] === 0) last += 1;
    const isOpenEnded = (first === from && from > 0) || (last === to && to < ids.length);
    return own >= STRONG || (!isOpenEnded && weightOfRun(table, state.ids, ids, first, last) >= STRONG);
  };
  for (let at = 0; at < ids.length; at += 1) {
    let end = at;
    while (end < ids.length && wanted(end) && owners[end]! > 0 && added[end] === 0) end += 1;
    if (end > at && isEnough(at, end)) lines.owners.set(owners.subarray(at, end), at);
    if (
      needed === 0 &&
      end === at &&
      lines.owners[at] === UNDECIDED &&
      owners[at] === NOBODY &&
      added[at] === 0
    )
      lines.owners[at] = NOBODY;
    at = Math.max(at, end - 1);
  }
}

/** Cheap: whether agents own a long enough run of the wanted lines in the state, wherever they stand there. */
function mayHold(
  alignments: Alignments,
  state: Owned,
  ids: Int32Array,
  { wanted, needed }: { readonly wanted: (at: number) => boolean; readonly needed: number | 'surrounded' },
): boolean {
  const { table } = alignments;
  const enough = needed === 'surrounded' ? 1 : needed;
  let owned: ReadonlySet<number> | null = null;
  let weight = -1;
  for (let at = 0; at < ids.length; at += 1) {
    const isWanted = wanted(at);
    if (isWanted) owned ??= alignments.agentLines(state);
    if (!isWanted || !(owned!.has(ids[at]!) || owned!.has(table.bare(ids[at]!)))) {
      weight = -1;
      continue;
    }
    weight = Math.max(0, weight) + table.weight(ids[at]!);
    if (weight >= enough) return true;
  }
  return false;
}

/** Owners in the first work tree that had the very text; its key, null for none. */
export function fromExact(
  keys: readonly string[],
  states: ReadonlyMap<string, readonly Owned[]>,
  ids: Int32Array,
  lines: Lines,
): string | null {
  for (const key of keys) {
    const exact = states.get(key)!.findLast((state) => sameLines(state.ids, ids));
    if (exact === undefined) continue;
    for (let at = 0; at < ids.length; at += 1) {
      const owner = exact.owners[at]!;
      if (owner > 0 || (owner === NOBODY && lines.owners[at] === UNDECIDED)) lines.owners[at] = owner;
    }
    return key;
  }
  return null;
}

/** A line of the parent that the work tree no longer had was typed again since, by whomever. */
export function doubtRetyped(alignments: Alignments, state: Owned, ids: Int32Array, lines: Lines): void {
  const { added } = alignments.of(state, ids);
  for (let at = 0; at < ids.length; at += 1) {
    if (added[at] === 1 && lines.added[at] === 0 && lines.owners[at]! > 0) lines.owners[at] = UNDECIDED;
  }
}

/** Lines that came back are everyday ones only: anybody may have typed them again. */
export function isEveryday(
  table: LineTable,
  ids: Int32Array,
  known: Owned,
  { owners, added }: Lines,
): boolean {
  for (let at = 0; at < ids.length; at += 1) {
    let end = at;
    while (end < ids.length && added[end] === 1 && known.owners[end]! > 0 && owners[end]! <= 0) end += 1;
    if (end > at && weightOfRun(table, ids, ids, at, end) >= TRUSTED) return false;
    at = Math.max(at, end - 1);
  }
  return true;
}

/** What the parents of a merge tell of its lines: a line that none of them has is new. */
export function agreedLines(views: readonly Lines[], length: number): Lines {
  const owners = new Int32Array(length);
  const added = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) {
    const told = views.filter((view) => view.added[at] === 0).map((view) => view.owners[at]!);
    added[at] = told.length === 0 ? 1 : 0;
    owners[at] = agreed(told);
  }
  return { owners, added };
}

/** What all tell; those that are undecided give way to the others. */
function agreed(owners: readonly number[]): number {
  const distinct = new Set(owners);
  if (distinct.size > 1) distinct.delete(UNDECIDED);
  if (distinct.size === 0) return NOBODY;
  return distinct.size === 1 ? [...distinct][0]! : UNDECIDED;
}

/** The same content again: it has the owners it had, or where that is doubtful none. */
export function recall(known: Owned, lines: Lines, trusted: boolean): void {
  for (let at = 0; at < known.owners.length; at += 1) {
    const before = known.owners[at]!;
    if (before === lines.owners[at]) continue;
    if (lines.added[at] === 0 && lines.owners[at] !== UNDECIDED) continue;
    lines.owners[at] = trusted ? before : UNDECIDED;
  }
}

/** Agents' lines of a state that none of the texts has; null for no such line. */
export function notIn(texts: readonly Int32Array[], { ids, owners: before }: Owned): Owned | null {
  const owners = before.slice();
  for (const text of texts) clearKept(ids, text, owners);
  return owners.some((owner) => owner > 0) ? { ids, owners } : null;
}

/** Clears the owners of lines that `ids` has too. */
function clearKept(from: Int32Array, ids: Int32Array, owners: Int32Array): void {
  let at = 0;
  for (const { a0, a1 } of diffLines(from, ids)) {
    owners.fill(NOBODY, at, a0);
    at = a1;
  }
  owners.fill(NOBODY, at);
}

/** Newer waiting lines before older ones; one text is enough for both when one of them is empty. */
export function merged(newer: Owned | null, older: Owned | null): Owned | null {
  if (newer === null || !newer.owners.some((owner) => owner > 0)) return older;
  return newer;
}
