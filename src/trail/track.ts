/** `trail track`: what became of each patch, by the owners of the lines that HEAD holds. */
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { attribute } from './attribute.ts';
import type { FileGroup } from './file-events.ts';
import type { PlacedPatch } from './read-edits.ts';
import { blobAt } from './repository.ts';
import { TrailStore } from './store.ts';
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
  const groups = trail.groups.filter(({ patches }) => patches.some(wanted));
  await attribute(options, trail, { paths: groups.flatMap(({ paths }) => paths) });
  const { repository, database } = options;
  const inHead = await trail.ancestorsOfHead();
  const store = new TrailStore(database, repository);
  const found: Array<{ readonly time: number; readonly tracked: TrackedPatch }> = [];
  for (const group of groups) {
    const head = await headBlobs(repository, group);
    const counts = countsIn(store, group, head, inHead);
    for (const patch of group.patches) {
      if (wanted(patch) && patch.effect === 'writes')
        found.push({ time: patch.time, tracked: trackOne(patch, counts) });
    }
  }
  return found.sort((left, right) => left.time - right.time).map(({ tracked }) => tracked);
}

async function headBlobs(
  { objects, head }: TrailOptions['repository'],
  { paths }: FileGroup,
): Promise<Map<string, Oid>> {
  const blobs = await Promise.all(paths.map((path) => blobAt(objects, head, path)));
  return new Map(paths.flatMap((path, at) => (blobs[at] ? [[path, blobs[at]] as const] : [])));
}

/** Lines of each patch, by its id. */
interface Counts {
  /** In the commit that has most, of those HEAD descends from and of all others. */
  readonly inHistory: ReadonlyMap<string, number>;
  readonly elsewhere: ReadonlyMap<string, number>;
  readonly alive: ReadonlyMap<string, { readonly path: string; readonly lines: number }>;
  /** Patches whose last line a commit took away that says it reverts. */
  readonly reverted: ReadonlySet<string>;
}

function countsIn(
  store: TrailStore,
  { commits }: FileGroup,
  head: ReadonlyMap<string, Oid>,
  inHead: ReadonlySet<Oid>,
): Counts {
  const [inHistory, elsewhere] = [new Map<string, number>(), new Map<string, number>()];
  const reverted = new Set<string>();
  const linesIn = lineCounter(store);
  for (const { commit, entry } of commits) {
    const most = inHead.has(commit.oid) ? inHistory : elsewhere;
    const counts = linesIn(entry.path, entry.oid);
    for (const [number, lines] of counts) most.set(number, Math.max(most.get(number) ?? 0, lines));
    const before = entry.parents.flatMap((parent) =>
      parent === null ? [] : [...linesIn(parent.path, parent.oid).keys()],
    );
    for (const number of before) {
      if (counts.has(number)) reverted.delete(number);
      else if (inHead.has(commit.oid) && commit.subject.startsWith('Revert "')) reverted.add(number);
    }
  }
  const alive = new Map<string, { path: string; lines: number }>();
  for (const [path, oid] of head) {
    for (const [number, lines] of linesIn(path, oid)) {
      if (lines > (alive.get(number)?.lines ?? 0)) alive.set(number, { path, lines });
    }
  }
  return { inHistory, elsewhere, alive, reverted };
}

/** Lines with a letter or digit of each patch in a file, each file counted once. */
function lineCounter(store: TrailStore): (path: string, oid: Oid) => ReadonlyMap<string, number> {
  const known = new Map<string, ReadonlyMap<string, number>>();
  return (path, oid) => {
    const key = `${oid} ${path}`;
    let counts = known.get(key);
    if (counts === undefined) {
      const found = new Map<string, number>();
      for (const { traceId, step, ordinal, telling } of store.file(path, oid)) {
        const id = patchIdOf(traceId, step, ordinal);
        if (telling > 0) found.set(id, (found.get(id) ?? 0) + telling);
      }
      counts = found;
      known.set(key, counts);
    }
    return counts;
  };
}

function trackOne({ session, step, ordinal, path }: PlacedPatch, counts: Counts): TrackedPatch {
  const id = patchIdOf(session.trace_id, step, ordinal);
  const inHistory = counts.inHistory.get(id) ?? 0;
  const authored = inHistory > 0 ? inHistory : (counts.elsewhere.get(id) ?? 0);
  const alive = counts.alive.get(id) ?? null;
  return {
    trace_patch_id: id,
    trace_id: session.trace_id,
    step_index: step,
    path,
    current_survival: survivalOf({ inHistory, authored, alive, path, reverted: counts.reverted.has(id) }),
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
