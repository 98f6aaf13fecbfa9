/** `trace map` from a reference to nodes: reads the trace, and cuts what was not asked for. */
import { OtError } from '../base/errors.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { type Activity, activityOf } from './activity.ts';
import { burstsOf } from './bursts.ts';
import { cutMap } from './cut-map.ts';
import { mapOf } from './map.ts';
import type { ActionType, MapEdge, MapNode, TraceMap } from './map-node.ts';
import { type PresentTrace, readPresent } from './present.ts';

/** A trace as far as it is here, with everything that is derived from it. */
export interface MappedTrace extends PresentTrace {
  readonly activity: Activity;
  readonly map: TraceMap;
}

/** Throws what {@link readPresent} throws. */
export async function readMap(shelves: readonly Shelf[], reference: string): Promise<MappedTrace> {
  const found = await readPresent(shelves, reference);
  const activity = { ...activityOf(found.traceId, found.steps), steps: found.total };
  return { ...found, activity, map: mapOf(found.steps, activity) };
}

export interface MapSelection {
  /** Bursts instead of single nodes; they stand among these when `actions` names both. */
  readonly bursts: boolean;
  /** Only what can be reached from the nodes of this step over at most `depth` edges. */
  readonly around?: { readonly step: number; readonly depth: number };
  /** Only nodes of these types. */
  readonly actions?: readonly ActionType[];
}

/** Nodes and the edges between what is left; throws `OT_STEP_NOT_FOUND` (exit 6) for a step the trace has not. */
export function selectMap({ map, activity }: MappedTrace, selection: MapSelection): TraceMap {
  const { around, actions } = selection;
  const { traceId, steps: total } = activity;
  if (around !== undefined && around.step > total) {
    throw new OtError(
      'OT_STEP_NOT_FOUND',
      'not_found',
      `trace ${traceId} has no step ${around.step}: it has ${total}`,
    );
  }
  const whole = wholeMap(map, activity, selection);
  const near = around === undefined ? null : reachable(whole, around.step, around.depth);
  const nodes = whole.nodes.filter(
    (node) =>
      (near === null || near.has(node.node_id)) &&
      (actions === undefined || actions.includes(node.action_type)),
  );
  return cutMap(whole, nodes);
}

function wholeMap(map: TraceMap, activity: Activity, { bursts, actions }: MapSelection): TraceMap {
  if (!bursts && actions?.includes('change_burst') !== true) return map;
  const ofBursts = burstMap(burstsOf(map, activity));
  if (bursts) return ofBursts;
  const nodes = [...ofBursts.nodes, ...map.nodes];
  // A stable order: a burst stands before the nodes of its first step.
  nodes.sort((left, right) => left.step_index - right.step_index);
  return { nodes, edges: [...ofBursts.edges, ...map.edges] };
}

function burstMap(bursts: readonly MapNode[]): TraceMap {
  const edges = bursts.flatMap(({ node_id: from, next_node_id: to }): MapEdge[] =>
    to === null ? [] : [{ edge_type: 'previous_next', from, to }],
  );
  return { nodes: bursts, edges };
}

/** Ids of nodes within `depth` edges of a step's nodes, in both directions; files and traces are no way through. */
function reachable({ nodes, edges }: TraceMap, step: number, depth: number): Set<string> {
  const neighbours = new Map<string, string[]>();
  const join = (from: string, to: string): void => {
    const list = neighbours.get(from);
    if (list === undefined) neighbours.set(from, [to]);
    else list.push(to);
  };
  for (const { from, to } of edges) {
    if (!to.startsWith('tmn:')) continue;
    join(from, to);
    join(to, from);
  }
  const seen = new Set(nodesAt(nodes, step).map(({ node_id }) => node_id));
  let frontier = [...seen];
  for (let hop = 0; hop < depth && frontier.length > 0; hop += 1) {
    frontier = frontier
      .flatMap((id) => neighbours.get(id) ?? [])
      .filter((id) => !seen.has(id) && seen.add(id));
  }
  return seen;
}

/** The nodes of a step; of a step without one, those of the nearest step before it, else after it. */
function nodesAt(nodes: readonly MapNode[], step: number): readonly MapNode[] {
  const holds = (node: MapNode): boolean => node.start_step_index <= step && step <= node.end_step_index;
  const exact = nodes.filter(holds);
  if (exact.length > 0) return exact;
  const nearest = (nodes.findLast((node) => node.end_step_index < step) ?? nodes[0])?.step_index;
  return nodes.filter((node) => node.step_index === nearest);
}
