/**
 * The window at a step: the messages the model had before it. Pure over context nodes; a chain that is
 * broken, or goes in circles, gives what can be reached and says so.
 */
import { type ContextNode, PARTS, type PartName } from '../record/context.ts';

/** What one step brings into a window. */
export interface WindowEntry {
  readonly step: number;
  readonly enters: 'input' | 'output';
  readonly parts: readonly PartName[];
  /** Estimated tokens of these parts, dropped results not among them. */
  readonly tokens: number;
  /** Calls whose results were taken out of the window. */
  readonly droppedResults?: readonly string[];
}

export type WindowLimitation =
  | 'context_node_missing'
  | 'parent_missing'
  | 'parent_later'
  | 'boundary_missing';

export interface ContextWindow {
  readonly step: number;
  /** In the order the model read them. */
  readonly entries: readonly WindowEntry[];
  /** Step of the compaction the window begins behind; null when it goes back to the root. */
  readonly compactedAt: number | null;
  /** Estimated tokens of all entries. */
  readonly tokens: number;
  readonly limitations: readonly WindowLimitation[];
}

export type NodeIndex = ReadonlyMap<number, ContextNode>;

/**
 * Window at `step`. Of a step in which the model spoke it is what the call was given; of any other it ends with
 * the step itself. Linear in the length of the chain.
 */
export function windowAt(nodes: NodeIndex, step: number): ContextWindow {
  const limitations = new Set<WindowLimitation>();
  const { chain, compactedAt } = chainTo(nodes, step, limitations);
  const entries = entriesOf(chain).filter((entry) => entry.step !== step || entry.enters === 'input');
  const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0);
  return { step, entries, compactedAt, tokens, limitations: [...limitations] };
}

/** Nodes from the beginning of the window to `from`, in the order they are read. */
function chainTo(
  nodes: NodeIndex,
  from: number,
  limitations: Set<WindowLimitation>,
): { chain: ContextNode[]; compactedAt: number | null } {
  const chain: ContextNode[] = [];
  let compaction: ContextNode | null = null;
  let least = 0;
  for (let at: number | null = from; at !== null && at >= least; ) {
    const node: ContextNode | undefined = nodes.get(at);
    if (node === undefined) {
      limitations.add(at === from ? 'context_node_missing' : 'parent_missing');
      break;
    }
    if (node.limitations?.includes('parent_missing')) limitations.add('parent_missing');
    if (compaction === null || isKept(compaction, at)) chain.push(node);
    if (compaction === null && node.drops?.before !== undefined) {
      compaction = node;
      if (node.limitations?.includes('boundary_missing')) limitations.add('boundary_missing');
      least = Math.min(node.step_index, ...node.drops.before.keep.map(([first]) => first));
    }
    if (node.parent_step !== null && node.parent_step >= node.step_index) {
      limitations.add('parent_later');
      break;
    }
    at = node.parent_step;
  }
  chain.reverse();
  return { chain: ordered(chain, compaction), compactedAt: compaction?.step_index ?? null };
}

function isKept(compaction: ContextNode, step: number): boolean {
  return compaction.drops?.before?.keep.some(([first, last]) => step >= first && step <= last) === true;
}

/** Some agents put the summary before what they keep. */
function ordered(chain: ContextNode[], compaction: ContextNode | null): ContextNode[] {
  if (compaction?.drops?.before?.summary_first !== true) return chain;
  const at = compaction.step_index;
  const kept = chain.filter(({ step_index }) => step_index < at);
  const rest = chain.slice(kept.length);
  const summary = rest.findIndex(({ branch_type }) => branch_type === 'compaction_fork') + 1;
  const told = compaction.drops.before.lead ?? summary;
  return [...rest.slice(0, told), ...kept, ...rest.slice(told)];
}

function entriesOf(chain: readonly ContextNode[]): WindowEntry[] {
  const dropped = new Map<number, { ids: string[]; tokens: number }>();
  for (const { drops } of chain) {
    for (const { call_id, step, tokens = 0 } of drops?.results ?? []) {
      if (step === undefined) continue;
      const sum = dropped.get(step) ?? { ids: [], tokens: 0 };
      if (sum.ids.includes(call_id)) continue;
      dropped.set(step, { ids: [...sum.ids, call_id], tokens: sum.tokens + tokens });
    }
  }
  const turn = chain.findLastIndex(({ opens_turn }) => opens_turn === true);
  return chain.flatMap((node, at) => entryOf(node, at > turn, dropped.get(node.step_index)));
}

function entryOf(
  { step_index, enters, tokens = {} }: ContextNode,
  thinks: boolean,
  dropped: { ids: readonly string[]; tokens: number } | undefined,
): WindowEntry[] {
  if (enters === 'none') return [];
  const parts = PARTS.filter((part) => part in tokens && (thinks || part !== 'reasoning'));
  const sum = parts.reduce((total, part) => total + (tokens[part] ?? 0), 0);
  return [
    {
      step: step_index,
      enters,
      parts,
      tokens: Math.max(0, sum - (dropped?.tokens ?? 0)),
      ...(dropped === undefined ? {} : { droppedResults: dropped.ids }),
    },
  ];
}
