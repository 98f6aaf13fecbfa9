/** `ctx compactions`: where a window was cut, and what that cost. */
import type { ContextNode } from '../record/context.ts';
import { nodeIdOf } from './ids.ts';
import { loadSteps, type OpenedContext } from './open.ts';
import { windowAt } from './window.ts';

export interface Compaction {
  readonly index: number;
  readonly type: 'compaction' | 'microcompaction';
  readonly step_index: number;
  /** Node before the cut; null when the cut stands at a root. */
  readonly pre_node_id: string | null;
  /** First node behind the cut. */
  readonly post_node_id: string;
  readonly tokens_before: number;
  readonly tokens_after: number;
  /** Tokens before the cut as the agent itself told them; null when it did not. */
  readonly reported_pre_tokens: number | null;
  readonly trigger: string | null;
  readonly removed_messages: number;
  readonly kept_messages: number;
  readonly dropped_results: readonly string[];
  /** Steps whose messages left, with `loss`. */
  readonly removed_steps?: readonly number[];
}

export async function compactionsOf(context: OpenedContext, loss: boolean): Promise<Compaction[]> {
  const cuts = [...context.nodes.values()]
    .filter(({ drops }) => drops !== undefined)
    .sort((left, right) => left.step_index - right.step_index);
  const told = await loadSteps(
    context,
    cuts.flatMap(({ step_index, parent_step }) => [step_index, parent_step ?? step_index]),
  );
  return cuts.map((node, at) => {
    const facts = [node.step_index, node.parent_step ?? 0].map((step) => told.steps.get(step)?.metadata);
    return compactionOf(context, node, { index: at + 1, facts, loss });
  });
}

interface CutFacts {
  readonly index: number;
  readonly facts: readonly unknown[];
  readonly loss: boolean;
}

function compactionOf({ traceId, nodes }: OpenedContext, node: ContextNode, cut: CutFacts): Compaction {
  const { step_index, parent_step, drops } = node;
  const before = parent_step === null ? [] : windowBehind(nodes, parent_step);
  const post = postOf(nodes, node);
  const window = windowAt(nodes, post);
  const after = new Set(window.entries.map(({ step }) => step));
  const removed = before.filter(({ step }) => !after.has(step)).map(({ step }) => step);
  const [pre, trigger] = ['pre_tokens', 'trigger'].map((key) => firstOf(cut.facts, key));
  return {
    index: cut.index,
    type: drops?.before === undefined ? 'microcompaction' : 'compaction',
    step_index,
    pre_node_id: parent_step === null ? null : nodeIdOf(traceId, parent_step),
    post_node_id: nodeIdOf(traceId, post),
    tokens_before: before.reduce((sum, { tokens }) => sum + tokens, 0),
    tokens_after: window.tokens,
    reported_pre_tokens: typeof pre === 'number' && pre > 0 ? pre : null,
    trigger: typeof trigger === 'string' ? trigger : null,
    removed_messages: removed.length,
    kept_messages: before.length - removed.length,
    dropped_results: (drops?.results ?? []).map(({ call_id }) => call_id),
    ...(cut.loss ? { removed_steps: removed } : {}),
  };
}

/** A boundary that nobody reads has its summary in the step behind it. */
function postOf(nodes: OpenedContext['nodes'], { step_index, enters }: ContextNode): number {
  const next = nodes.get(step_index + 1);
  const told =
    enters === 'none' && next?.branch_type === 'compaction_fork' && next.parent_step === step_index;
  return told ? step_index + 1 : step_index;
}

/** The window once `step` itself has entered it, its output too. */
function windowBehind(nodes: OpenedContext['nodes'], step: number): { step: number; tokens: number }[] {
  const node = nodes.get(step);
  const entries = windowAt(nodes, step).entries.map(({ step: at, tokens }) => ({ step: at, tokens }));
  if (node?.enters !== 'output') return entries;
  const own = Object.values(node.tokens ?? {}).reduce((sum, tokens) => sum + tokens, 0);
  return [...entries, { step, tokens: own }];
}

function firstOf(facts: readonly unknown[], key: string): unknown {
  for (const fact of facts) {
    const value = (fact as Record<string, unknown> | undefined)?.[key];
    if (value !== undefined) return value;
  }
  return undefined;
}
