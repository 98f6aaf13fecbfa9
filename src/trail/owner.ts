/** What a line's owner number means: a patch, and how sure it is. */

/**
 * Evidence, best first: `ledger` is the replay of the session's edits, `exact_range` and `line_set` look for authored
 * text, `turn_snapshot` is what changed while a turn's commands ran.
 */
export const TIERS = ['ledger', 'exact_range', 'line_set', 'turn_snapshot', 'structural'] as const;
export type Tier = (typeof TIERS)[number];

/** Owner number of a patch, by its place in the list of edits. */
export function ownerOf(edit: number, tier: Tier): number {
  return (edit + 1) * TIERS.length + TIERS.indexOf(tier);
}

export function editOf(owner: number): number {
  return Math.floor(owner / TIERS.length) - 1;
}

export function tierOf(owner: number): Tier {
  return TIERS[owner % TIERS.length]!;
}

/** Neighbouring lines of one owner: inclusive, from 1. */
export interface OwnedRange {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
}

/** Ranges of equal owners above 0. */
export function rangesOf(owners: Int32Array, wanted: (line: number) => boolean = () => true): OwnedRange[] {
  const ranges: Array<{ start: number; end: number; owner: number }> = [];
  for (let at = 0; at < owners.length; at += 1) {
    const owner = owners[at]!;
    const last = ranges.at(-1);
    if (owner <= 0 || !wanted(at)) continue;
    if (last !== undefined && last.end === at && last.owner === owner) last.end = at + 1;
    else ranges.push({ start: at + 1, end: at + 1, owner });
  }
  return ranges;
}
