/** A file that somebody else changed meanwhile, as it is seen now. */
import { type Carried, carry } from './carry.ts';
import { keepFormatted } from './formatted.ts';
import type { State } from './ledger-state.ts';
import { type Alignments, STRONG, take } from './line-owners.ts';
import { NOBODY, type Owned, unowned } from './lines.ts';

/** What is new is nobody's, unless it was waiting or there before; of the bases the one it is nearest to goes on. */
export function reconciled(
  alignments: Alignments,
  bases: ReadonlyArray<State | null>,
  ids: Int32Array,
  { pending, older }: { readonly pending: Owned | null; readonly older: readonly State[] },
): State {
  let best: (Carried & { readonly count: number; readonly from: State }) | null = null;
  for (const base of bases) {
    if (base === null) continue;
    const carried = carry(alignments.table, base, ids, NOBODY);
    const count = carried.added.reduce((sum, each) => sum + each, 0);
    if (best === null || count < best.count) best = { ...carried, count, from: base };
  }
  if (best === null) return { ...unowned(ids), pending, base: null };
  if (pending !== null) take(alignments, pending, ids, best, 'surrounded');
  for (const state of [...older].reverse()) take(alignments, state, ids, best, STRONG);
  keepFormatted(alignments, best.from, ids, best);
  return { ids, owners: best.owners, pending, base: best.from.base };
}
