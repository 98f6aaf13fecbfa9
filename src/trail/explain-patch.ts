/** `trail explain` of a patch: where it was made, which commits brought its lines, and what became of them. */
import { OtError } from '../base/errors.ts';
import { patchIdOf } from '../record/patch.ts';
import { type BlamedStep, promptBefore } from './blame.ts';
import { anchorsOf, isOfPatch, type LookedAt, lookedAt, type PatchAnchor } from './explain.ts';
import type { FileGroup } from './file-events.ts';
import type { PlacedPatch } from './read-edits.ts';
import { type TrackedPatch, trackPatches } from './track.ts';
import { Trail, type TrailOptions } from './trail.ts';

export interface PatchName {
  readonly traceId: string;
  readonly step: number;
  readonly ordinal: number;
}

export interface ExplainedPatch {
  readonly target: { readonly kind: 'patch'; readonly patch_id: string };
  readonly patch: {
    readonly path: string;
    /** Top folder of the work tree it was made in. */
    readonly root: string;
    readonly effect: 'writes' | 'deletes';
    /** ISO 8601 in UTC. */
    readonly time: string;
    /** Null when its text is not here. */
    readonly operations: readonly string[] | null;
  };
  readonly step: Omit<BlamedStep, 'lines'>;
  readonly anchors: readonly PatchAnchor[];
  /** Null for a patch that only took files away. */
  readonly current_state: TrackedPatch | null;
  readonly looked_at: LookedAt;
}

/** Throws `OT_PATCH_NOT_FOUND` (exit 6). */
export async function explainPatch(options: TrailOptions, name: PatchName): Promise<ExplainedPatch> {
  const { database } = options;
  const isIt = (patch: PlacedPatch): boolean =>
    patch.session.trace_id === name.traceId && patch.step === name.step && patch.ordinal === name.ordinal;
  const [current = null] = await trackPatches({ ...options, wanted: isIt });
  const trail = await Trail.open(options);
  const { group, patch } = groupWith(trail, name, isIt);
  const [edit = null] = await trail.sources.readEdits([patch]);
  const id = patchIdOf(name.traceId, name.step, name.ordinal);
  const { session, path, root, effect, time, step } = patch;
  return {
    target: { kind: 'patch', patch_id: id },
    patch: {
      ...{ path, root, effect, time: new Date(time).toISOString() },
      operations: edit === null ? null : edit.edits.map(({ op }) => op),
    },
    step: {
      ...{ trace_id: session.trace_id, step_index: step, agent: session.agent },
      model: edit?.model ?? session.model,
      prompt: promptBefore(database, session.id, step),
    },
    anchors: anchorsOf(options, trail, group, isOfPatch(id)),
    current_state: current,
    looked_at: lookedAt(group, new Set(group.paths)),
  };
}

function groupWith(
  trail: Trail,
  { traceId }: PatchName,
  isIt: (patch: PlacedPatch) => boolean,
): { readonly group: FileGroup; readonly patch: PlacedPatch } {
  for (const group of trail.groupsOf(trail.pathsOf(traceId))) {
    const patch = group.patches.find(isIt);
    if (patch !== undefined) return { group, patch };
  }
  throw new OtError('OT_PATCH_NOT_FOUND', 'not_found', 'no session of this repository made such a patch', {
    hint: 'list patches: git ot trail track --all --json',
  });
}
