/** Owners of a file that was written as a whole, when nobody tells what it was before. */
import { carry } from './carry.ts';
import { type Alignments, take } from './line-owners.ts';
import { NOBODY, type Owned, UNDECIDED, unowned } from './lines.ts';

export interface MayHaveBeen {
  /** What the file may have been before, the likeliest first. */
  readonly states: readonly Owned[];
  /** Agents' lines that are in no state now, as in a stash. */
  readonly waiting: Owned | null;
  /** Who wrote it. */
  readonly owner: number;
  /** Lines that may have stood there in a state that nobody knows. */
  readonly isDoubtful: (id: number) => boolean;
}

/**
 * The writer owns the lines that no state has. The state with most of the lines tells whose the others are; a line
 * that only some other state has may be from there or written anew: nobody knows.
 */
export function overwritten(
  alignments: Alignments,
  ids: Int32Array,
  { states, waiting, owner, isDoubtful }: MayHaveBeen,
): Int32Array {
  const best = nearest(alignments, ids, states);
  const { owners, added } = carry(alignments.table, best, ids, owner);
  const lines = { owners: owners.map((each) => (each === owner ? NOBODY : each)), added };
  if (waiting !== null) take(alignments, waiting, ids, lines, 'surrounded');
  const isOpen = (at: number): boolean => owners[at] === owner && lines.owners[at] === NOBODY;
  const others = owners.some((_, at) => isOpen(at)) ? states.filter((state) => state !== best) : [];
  for (const other of waiting === null ? others : [...others, waiting]) {
    if (!holdsAny(other, ids, isOpen)) continue;
    const seen = alignments.of(other, ids);
    for (let at = 0; at < ids.length; at += 1) {
      if (isOpen(at) && seen.added[at] === 0) lines.owners[at] = UNDECIDED;
    }
  }
  const ownerAt = (at: number): number => (isDoubtful(ids[at]!) ? UNDECIDED : owner);
  return lines.owners.map((each, at) => (isOpen(at) ? ownerAt(at) : each));
}

/** Cheap: whether a state has one of the wanted lines anywhere. */
function holdsAny(state: Owned, ids: Int32Array, isWanted: (at: number) => boolean): boolean {
  const wanted = new Set(ids.filter((_, at) => isWanted(at)));
  return wanted.size > 0 && state.ids.some((id) => wanted.has(id));
}

/** The first of those that lack fewest of the lines. */
function nearest(alignments: Alignments, ids: Int32Array, states: readonly Owned[]): Owned {
  let best = unowned(new Int32Array(0));
  let fewest = Number.POSITIVE_INFINITY;
  for (const state of states) {
    const missing = alignments.of(state, ids).added.reduce((sum, each) => sum + each, 0);
    if (missing < fewest) best = state;
    fewest = Math.min(fewest, missing);
  }
  return best;
}
