/** A history of which only some commits are shown. */
import type { Oid } from '../git/ports.ts';
import type { HistoryCommit } from './history.ts';

/** A shown commit and the nearest of its ancestors that is shown; `direct` when that is a parent of its own. */
export interface ShownParent {
  readonly from: Oid;
  readonly to: Oid;
  readonly direct: boolean;
}

/** `commits`: parents before their children. Those that another of them leads to are left out. */
export function nearestShown(commits: readonly HistoryCommit[], shown: ReadonlySet<Oid>): ShownParent[] {
  const nearest = new Map<Oid, ReadonlySet<Oid>>();
  const above = new Map<Oid, ReadonlySet<Oid>>();
  const found: ShownParent[] = [];
  for (const { oid, parents } of commits) {
    const near = new Set<Oid>();
    for (const parent of parents) {
      if (shown.has(parent)) near.add(parent);
      else for (const each of nearest.get(parent) ?? []) near.add(each);
    }
    for (const each of [...near])
      if ([...near].some((other) => other !== each && above.get(other)?.has(each))) near.delete(each);
    nearest.set(oid, near);
    if (!shown.has(oid)) continue;
    above.set(oid, new Set([...near].flatMap((each) => [each, ...(above.get(each) ?? [])])));
    for (const to of near) found.push({ from: oid, to, direct: parents.includes(to) });
  }
  return found;
}
