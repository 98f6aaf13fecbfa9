/** The nodes of one step as `trace slice` gives them for that step alone, without reading the trace. */
import type { Step } from '../record/step.ts';
import { activityOf } from './activity.ts';
import { cutMap } from './cut-map.ts';
import { mapOf } from './map.ts';
import type { TraceMap } from './map-node.ts';
import type { StepPlace, StepReader } from './query-steps.ts';

/** Nodes of a preview; a step that does more shows its beginning. */
const MOST_NODES = 40;

/** The part of a trace's map that belongs to `step`, which stands at `place`. */
export async function previewOf(
  reader: StepReader,
  place: StepPlace,
  step: Step,
  traceId: string,
): Promise<TraceMap> {
  const map = mapOf([step], activityOf(traceId, [step]), {
    instruction: await reader.promptBefore(place),
    lastSaid: reader.lastSaid(place.trace),
  });
  return cutMap(map, map.nodes.slice(0, MOST_NODES));
}
