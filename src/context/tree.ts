/** `ctx tree`: how the windows of a trace grew out of each other. */
import type { BranchType } from '../record/context.ts';
import { nodeIdOf } from './ids.ts';
import type { OpenedContext } from './open.ts';
import type { NodeIndex } from './window.ts';

export interface TreeNode {
  readonly node_id: string;
  readonly parent_node_id: string | null;
  readonly branch_type: BranchType;
  readonly step_index: number;
  readonly subagent_trace_ids: readonly string[];
}

/** Steps that follow each other on one branch. */
export interface TreeRun {
  readonly branch_type: BranchType;
  readonly first_step: number;
  readonly last_step: number;
  /** Step the run continues; null at a root. */
  readonly after_step: number | null;
  /** On the way from a root to the active leaf. */
  readonly active: boolean;
}

export interface ContextTree {
  readonly trace_id: string;
  readonly root_node_id: string | null;
  readonly active_leaf_id: string | null;
  readonly node_count: number;
  /** Of the active path; of all branches with `orphans`. */
  readonly nodes: readonly TreeNode[];
  readonly runs: readonly TreeRun[];
  readonly orphan_branch_roots: readonly string[];
  readonly subagent_trace_ids: readonly string[];
  /** What is not known of its windows, and codes of what the capture could not read. */
  readonly capture_limitations: readonly string[];
}

export interface TreeOptions {
  /** Of the trace, and of its sub-agents. */
  readonly limitations: readonly string[];
  /** Leaf of the path that counts as active; the youngest node by default. */
  readonly leaf?: number;
  /** Branches that were left, too. */
  readonly orphans: boolean;
}

export function treeOf(
  { traceId, nodes }: Pick<OpenedContext, 'traceId' | 'nodes'>,
  { leaf, orphans, limitations }: TreeOptions,
): ContextTree {
  const steps = [...nodes.keys()].sort((left, right) => left - right);
  const last = leaf ?? steps.at(-1);
  const active = pathTo(nodes, last);
  const shown = orphans ? steps : steps.filter((step) => active.has(step));
  const root = steps.find((step) => active.has(step));
  const left = steps.filter(
    (step) => !active.has(step) && !isOff(nodes, active, nodes.get(step)!.parent_step),
  );
  return {
    trace_id: traceId,
    root_node_id: root === undefined ? null : nodeIdOf(traceId, root),
    active_leaf_id: last === undefined ? null : nodeIdOf(traceId, last),
    node_count: nodes.size,
    nodes: shown.map((step) => treeNode(traceId, nodes, step)),
    runs: runsOf(nodes, shown, active),
    orphan_branch_roots: left.map((step) => nodeIdOf(traceId, step)),
    subagent_trace_ids: forksIn(nodes),
    capture_limitations: [
      ...new Set([...steps.flatMap((step) => nodes.get(step)!.limitations ?? []), ...limitations]),
    ],
  };
}

/** Trace ids of all sub-agents that steps of the trace started. */
export function forksIn(nodes: NodeIndex): string[] {
  return [...new Set([...nodes.values()].flatMap(({ forks = [] }) => forks))];
}

/** Steps from a root to `leaf`; a chain that does not go back ends there. */
export function pathTo(nodes: NodeIndex, leaf: number | undefined): Set<number> {
  const path = new Set<number>();
  for (let at = leaf ?? null; at !== null && !path.has(at); ) {
    const node = nodes.get(at);
    if (node === undefined) break;
    path.add(at);
    at = node.parent_step;
  }
  return path;
}

/** True for a parent that is itself on a branch that was left. */
function isOff(nodes: NodeIndex, active: ReadonlySet<number>, parent: number | null): boolean {
  return parent !== null && nodes.has(parent) && !active.has(parent);
}

function treeNode(traceId: string, nodes: NodeIndex, step: number): TreeNode {
  const { parent_step, branch_type, forks = [] } = nodes.get(step)!;
  return {
    node_id: nodeIdOf(traceId, step),
    parent_node_id: parent_step === null ? null : nodeIdOf(traceId, parent_step),
    branch_type,
    step_index: step,
    subagent_trace_ids: forks,
  };
}

function runsOf(nodes: NodeIndex, steps: readonly number[], active: ReadonlySet<number>): TreeRun[] {
  const runs: { -readonly [key in keyof TreeRun]: TreeRun[key] }[] = [];
  for (const step of steps) {
    const { parent_step, branch_type } = nodes.get(step)!;
    const run = runs.at(-1);
    const goesOn =
      run?.last_step === parent_step && branch_type === 'linear' && run.active === active.has(step);
    if (run !== undefined && goesOn) run.last_step = step;
    else {
      runs.push({
        branch_type,
        first_step: step,
        last_step: step,
        after_step: parent_step,
        active: active.has(step),
      });
    }
  }
  return runs;
}
