/** `trail track`: what became of each patch, by the owners of the lines that HEAD holds. */
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import type { FileGroup } from './file-groups.ts';
import { editOf } from './owner.ts';
import type { FoundEdit, PlacedPatch } from './read-edits.ts';
import type { Replayed } from './replay.ts';
import { blobAt } from './repository.ts';
import { Trail, type TrailOptions } from './trail.ts';

/** One rule each, in FORMAT.md. */
export type Survival =
  | 'alive_on_path'
  | 'alive_moved'
  | 'partially_preserved'
  | 'reverted'
  | 'lost'
  | 'orphan_branch'
  | 'never_committed';

export interface TrackedPatch {
  readonly trace_patch_id: string;
  readonly trace_id: string;
  readonly step_index: number;
  /** Below the top of the work tree, where it was made. */
  readonly path: string;
  readonly current_survival: Survival;
  /** Where its lines stand at HEAD; null for nowhere. */
  readonly current_path: string | null;
  /** Lines with a letter or digit: at most so many stood in one commit, so many stand at HEAD. */
  readonly authored_line_count: number;
  readonly preserved_line_count: number;
  /** Null when nothing was committed. */
  readonly retention_fraction: number | null;
}

export interface TrackOptions extends TrailOptions {
  /** Which patches; by default all. */
  readonly wanted: (patch: PlacedPatch) => boolean;
}

/** Patches in the order of their times. A patch that only took lines away has none to follow and is left out. */
export async function trackPatches({ wanted, ...options }: TrackOptions): Promise<TrackedPatch[]> {
  const trail = await Trail.open(options);
  const { repository } = options;
  const inHead = await trail.ancestorsOfHead();
  const found: Array<{ readonly time: number; readonly tracked: TrackedPatch }> = [];
  for (const group of trail.groups.filter(({ patches }) => patches.some(wanted))) {
    const replayed = await trail.replay(group);
    const head = await headBlobs(repository, group);
    const counts = countsIn(replayed, group, head, inHead);
    for (const [number, edit] of replayed.edits.entries()) {
      const tracked = wanted(edit) ? trackOne(edit, counts, number) : null;
      if (tracked !== null) found.push({ time: edit.time, tracked });
    }
  }
  return found.sort((left, right) => left.time - right.time).map(({ tracked }) => tracked);
}

async function headBlobs(
  { objects, head }: TrailOptions['repository'],
  { paths }: FileGroup,
): Promise<Map<string, Oid>> {
  const found = new Map<string, Oid>();
  for (const path of paths) {
    const oid = await blobAt(objects, head, path);
    if (oid !== null) found.set(path, oid);
  }
  return found;
}

/** Lines of each edit, by its number. */
interface Counts {
  /** In the commit that has most, of those HEAD descends from and of all others. */
  readonly inHistory: ReadonlyMap<number, number>;
  readonly elsewhere: ReadonlyMap<number, number>;
  readonly alive: ReadonlyMap<number, { readonly path: string; readonly lines: number }>;
  /** Edits whose last line a commit took away that says it reverts. */
  readonly reverted: ReadonlySet<number>;
}

function countsIn(
  { ledger, table }: Replayed,
  { commits }: FileGroup,
  head: ReadonlyMap<string, Oid>,
  inHead: ReadonlySet<Oid>,
): Counts {
  const [inHistory, elsewhere] = [new Map<number, number>(), new Map<number, number>()];
  const reverted = new Set<number>();
  const linesIn = (oid: Oid): Map<number, number> => {
    const counts = new Map<number, number>();
    const { ids, owners } = ledger.blobs.get(oid) ?? { ids: [], owners: [] };
    for (let at = 0; at < ids.length; at += 1) {
      const number = owners[at]! > 0 && table.weight(ids[at]!) > 0 ? editOf(owners[at]!) : -1;
      if (number >= 0) counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    return counts;
  };
  for (const { commit, entry } of commits) {
    const most = inHead.has(commit.oid) ? inHistory : elsewhere;
    const counts = linesIn(entry.oid);
    for (const [number, lines] of counts) most.set(number, Math.max(most.get(number) ?? 0, lines));
    const before = entry.parents.flatMap((parent) =>
      parent === null ? [] : [...linesIn(parent.oid).keys()],
    );
    for (const number of before) {
      if (counts.has(number)) reverted.delete(number);
      else if (inHead.has(commit.oid) && commit.subject.startsWith('Revert "')) reverted.add(number);
    }
  }
  const alive = new Map<number, { path: string; lines: number }>();
  for (const [path, oid] of head) {
    for (const [number, lines] of linesIn(oid)) {
      if (lines > (alive.get(number)?.lines ?? 0)) alive.set(number, { path, lines });
    }
  }
  return { inHistory, elsewhere, alive, reverted };
}

function trackOne(edit: FoundEdit, counts: Counts, number: number): TrackedPatch | null {
  const { session, step, ordinal, path } = edit;
  const inHistory = counts.inHistory.get(number) ?? 0;
  const authored = inHistory > 0 ? inHistory : (counts.elsewhere.get(number) ?? 0);
  const alive = counts.alive.get(number) ?? null;
  if (edit.edits.every(({ op }) => op === 'delete')) return null;
  return {
    trace_patch_id: patchIdOf(session.trace_id, step, ordinal),
    trace_id: session.trace_id,
    step_index: step,
    path,
    current_survival: survivalOf({ inHistory, authored, alive, path, reverted: counts.reverted.has(number) }),
    current_path: alive?.path ?? null,
    authored_line_count: authored,
    preserved_line_count: alive?.lines ?? 0,
    retention_fraction:
      authored === 0 ? null : Math.round(((alive?.lines ?? 0) / authored) * 10_000) / 10_000,
  };
}

interface Facts {
  readonly inHistory: number;
  readonly authored: number;
  readonly alive: { readonly path: string; readonly lines: number } | null;
  readonly path: string;
  readonly reverted: boolean;
}

function survivalOf({ inHistory, authored, alive, path, reverted }: Facts): Survival {
  if (alive !== null && alive.lines < authored) return 'partially_preserved';
  if (alive !== null) return alive.path === path ? 'alive_on_path' : 'alive_moved';
  if (inHistory > 0) return reverted ? 'reverted' : 'lost';
  return authored > 0 ? 'orphan_branch' : 'never_committed';
}
