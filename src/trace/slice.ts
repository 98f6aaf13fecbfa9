/** `trace slice`: spans of a trace with everything a workflow needs of them. Step numbers are step numbers. */
import { OtError } from '../base/errors.ts';
import { missingTexts } from '../bucket/steps.ts';
import type { Step } from '../record/step.ts';
import { type Burst, burstsOf } from './bursts.ts';
import { cutMap } from './cut-map.ts';
import type { TraceMap } from './map-node.ts';
import { gapsOf, type ReadingGap } from './present.ts';
import { nodesInRange, stepsInRange } from './range.ts';
import type { MappedTrace } from './read-map.ts';

export const SLICE_SCHEMA = 'opentraces.trace_slice.v1';

export type SliceMode =
  | { readonly mode: 'bursts' }
  /** From one step to another, both inclusive; to the last one when `to` is null. */
  | { readonly mode: 'steps'; readonly from: number; readonly to: number | null }
  | { readonly mode: 'around_step'; readonly step: number; readonly radius: number }
  /** A patch id as the map gives it, or its end: `7.1` is the first patch of step 7. */
  | { readonly mode: 'around_patch'; readonly patch: string; readonly radius: number };

export interface TraceSlice {
  readonly schema_version: typeof SLICE_SCHEMA;
  /** `tsl:<trace id>:<first step>-<last step>`. */
  readonly slice_id: string;
  readonly trace_id: string;
  /** A trace has one generation: a new capture of its session replaces it. */
  readonly generation_index: 0;
  /** Remote whose sealed copy it was cut from; `bucket` for our own. */
  readonly source: string;
  readonly template: 'bursts' | null;
  readonly start_step_index: number;
  readonly end_step_index: number;
  readonly map: TraceMap;
  readonly steps: readonly Step[];
  readonly map_node_refs: readonly string[];
  readonly trace_patch_refs: readonly string[];
  readonly git_anchor_refs: readonly string[];
  readonly metadata: { readonly burst_ordinal?: number; readonly burst?: Burst };
  readonly limitations: readonly ReadingGap[];
}

/**
 * Throws `OT_STEP_NOT_FOUND` and `OT_PATCH_NOT_FOUND` (exit 6). The template `bursts` gives one slice per
 * burst, none for a trace without edits.
 */
export function slicesOf(mapped: MappedTrace, wanted: SliceMode): TraceSlice[] {
  if (wanted.mode === 'bursts') {
    const bursts = burstsOf(mapped.map, mapped.activity);
    return bursts.map((burst) => sliceOf(mapped, burst.context_range, burst));
  }
  return [sliceOf(mapped, rangeOf(mapped, wanted))];
}

function rangeOf(
  mapped: MappedTrace,
  wanted: Exclude<SliceMode, { mode: 'bursts' }>,
): readonly [number, number] {
  if (wanted.mode === 'steps') {
    const { from, to } = { ...wanted, to: wanted.to ?? mapped.activity.steps };
    for (const step of [from, to]) assertStep(mapped, step);
    return [from, to];
  }
  const step = wanted.mode === 'around_step' ? wanted.step : stepOfPatch(mapped, wanted.patch);
  assertStep(mapped, step);
  return [Math.max(1, step - wanted.radius), Math.min(mapped.activity.steps, step + wanted.radius)];
}

function assertStep({ activity }: MappedTrace, step: number): void {
  if (step >= 1 && step <= activity.steps) return;
  throw new OtError(
    'OT_STEP_NOT_FOUND',
    'not_found',
    `trace ${activity.traceId} has no step ${step}: it has ${activity.steps}`,
  );
}

function stepOfPatch({ activity }: MappedTrace, reference: string): number {
  const prefix = `tp:${activity.traceId}:`;
  const id = reference.startsWith('tp:') ? reference : `${prefix}${reference}`;
  for (const { patches } of activity.edits) {
    const found = patches.find(({ patchId }) => patchId === id);
    if (found !== undefined) return found.step;
  }
  throw new OtError('OT_PATCH_NOT_FOUND', 'not_found', `trace ${activity.traceId} has no such patch`, {
    hint: `list its patches: git ot trace map ${activity.traceId} --actions patch_created --json`,
  });
}

function sliceOf(mapped: MappedTrace, [from, to]: readonly [number, number], burst?: Burst): TraceSlice {
  const { activity, steps: all, map, remote } = mapped;
  const steps = stepsInRange(all, from, to);
  const nodes = nodesInRange(map.nodes, from, to);
  return {
    schema_version: SLICE_SCHEMA,
    slice_id: `tsl:${activity.traceId}:${from}-${to}`,
    trace_id: activity.traceId,
    generation_index: 0,
    source: remote ?? 'bucket',
    template: burst === undefined ? null : 'bursts',
    start_step_index: from,
    end_step_index: to,
    map: cutMap(map, nodes),
    steps,
    map_node_refs: nodes.map(({ node_id }) => node_id),
    trace_patch_refs: nodes.flatMap(({ patch_refs }) => patch_refs),
    git_anchor_refs: nodes.flatMap(({ anchor_refs }) => anchor_refs),
    metadata: burst === undefined ? {} : { burst_ordinal: burst.ordinal, burst },
    limitations: gapsOf(
      to - from + 1 - steps.length,
      steps.reduce((sum, step) => sum + missingTexts(step), 0),
    ),
  };
}
