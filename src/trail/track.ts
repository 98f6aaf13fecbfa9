/** `trail track`: what became of each patch, by the owners of the lines that HEAD holds. */
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { attribute } from './attribute.ts';
import type { FileGroup } from './file-events.ts';
import { type InPlace, linesInPlace } from './in-place.ts';
import { LineTable } from './lines.ts';
import { authoredBlocks } from './lost-edits.ts';
import type { FoundEdit, PlacedPatch } from './read-edits.ts';
import { blobAt } from './repository.ts';
import { TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';

/** One rule each, in FORMAT.md. */
export type Survival =
  | 'alive_on_path'
  | 'alive_moved'
  | 'alive_transformed'
  | 'partially_preserved'
  | 'repaired'
  | 'reverted'
  | 'lost'
  | 'orphan_branch'
  | 'missing_authored_text'
  | 'never_committed'
  | 'unknown';

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

/** Patches in the order of their times. A patch that took files away has no lines to follow and is left out. */
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
    const patches = group.patches.filter((patch) => wanted(patch) && patch.effect === 'writes');
    const inPlace = await linesInPlace({
      ...{ store, group, head, inHead, objects: repository.objects },
      wanted: new Map(patches.filter((patch) => isCut(patch, counts)).map(namedTrace)),
    });
    const textless = await withoutText(
      trail,
      patches.filter((patch) => authoredOf(patch, counts) === 0),
    );
    const facts = { ...counts, inPlace, textless, isShallow: repository.shallow };
    for (const patch of patches) found.push({ time: patch.time, tracked: trackOne(patch, facts) });
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

function idOf({ session, step, ordinal }: PlacedPatch): string {
  return patchIdOf(session.trace_id, step, ordinal);
}

function namedTrace(patch: PlacedPatch): [patch: string, trace: string] {
  return [idOf(patch), patch.session.trace_id];
}

function authoredOf(patch: PlacedPatch, { inHistory, elsewhere }: Counts): number {
  const id = idOf(patch);
  return inHistory.get(id) ?? elsewhere.get(id) ?? 0;
}

/** Whether HEAD once had lines of it that it has no longer. */
function isCut(patch: PlacedPatch, { inHistory, alive }: Counts): boolean {
  const id = idOf(patch);
  return (alive.get(id)?.lines ?? 0) < (inHistory.get(id) ?? 0);
}

/** Patches whose text is not here, or brings no line with a letter or digit. */
async function withoutText(trail: Trail, patches: readonly PlacedPatch[]): Promise<ReadonlySet<string>> {
  const found = new Set(patches.map(idOf));
  for (const edit of await trail.sources.readEdits(patches)) if (bringsLines(edit)) found.delete(idOf(edit));
  return found;
}

function bringsLines({ edits }: FoundEdit): boolean {
  const table = new LineTable();
  return edits.some((edit) => {
    if (edit.op === 'cell') return table.weight(table.id(edit.text)) > 0;
    return authoredBlocks(table, edit).some((block) => block.some((id) => table.weight(id) > 0));
  });
}

interface TrackFacts extends Counts {
  readonly inPlace: ReadonlyMap<string, InPlace>;
  readonly textless: ReadonlySet<string>;
  readonly isShallow: boolean;
}

function trackOne(patch: PlacedPatch, facts: TrackFacts): TrackedPatch {
  const id = idOf(patch);
  const authored = authoredOf(patch, facts);
  const alive = facts.alive.get(id) ?? null;
  const preserved = alive?.lines ?? 0;
  return {
    trace_patch_id: id,
    trace_id: patch.session.trace_id,
    step_index: patch.step,
    path: patch.path,
    current_survival:
      preserved > 0 && preserved >= authored ? aliveAt(patch, alive!.path) : goneOf(id, facts),
    current_path: alive?.path ?? null,
    authored_line_count: authored,
    preserved_line_count: preserved,
    retention_fraction: authored === 0 ? null : Math.round((preserved / authored) * 10_000) / 10_000,
  };
}

function aliveAt({ path }: PlacedPatch, now: string): Survival {
  return now === path ? 'alive_on_path' : 'alive_moved';
}

/** Of a patch that HEAD does not have all of. */
function goneOf(id: string, facts: TrackFacts): Survival {
  const isLeft = facts.alive.has(id);
  if (facts.inHistory.has(id)) {
    const { own = 0, others = 0 } = facts.inPlace.get(id) ?? {};
    if (!isLeft && facts.reverted.has(id)) return 'reverted';
    if (others > 0) return 'repaired';
    if (isLeft) return 'partially_preserved';
    return own > 0 ? 'alive_transformed' : 'lost';
  }
  if (facts.elsewhere.has(id)) return 'orphan_branch';
  if (facts.textless.has(id)) return 'missing_authored_text';
  return facts.isShallow ? 'unknown' : 'never_committed';
}
