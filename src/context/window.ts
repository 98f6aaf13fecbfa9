/**
 * The window at a step: the messages the model had before it. Pure over context nodes; a chain that is
 * broken, or goes in circles, gives what can be reached and says so.
 */
import type { ContextNode, PartName } from '../record/context.ts';

/** What one step brings into a window. */
export interface WindowEntry {
  readonly step: number;
  readonly enters: 'input' | 'output';
  readonly parts: readonly PartName[];
}

export type WindowLimitation = 'node_missing' | 'parent_missing' | 'parent_later';

export interface ContextWindow {
  readonly step: number;
  /** Oldest first. */
  readonly entries: readonly WindowEntry[];
  /** Calls whose results were taken out of the window, oldest first. */
  readonly droppedResults: readonly string[];
  /** Step of the compaction the window begins behind; null when it goes back to the root. */
  readonly compactedAt: number | null;
  /** Estimated tokens of all entries. */
  readonly tokens: number;
  readonly limitations: readonly WindowLimitation[];
}

export type NodeIndex = ReadonlyMap<number, ContextNode>;

/**
 * Window at `step`. Of a step in which the model spoke it is what the call was given; of any other it ends with
 * the step itself.
 */
export function windowAt(nodes: NodeIndex, step: number): ContextWindow {
  const node = nodes.get(step);
  const limitations = new Set<WindowLimitation>();
  if (node === undefined) {
    return {
      step,
      entries: [],
      droppedResults: [],
      compactedAt: null,
      tokens: 0,
      limitations: ['node_missing'],
    };
  }
  const from = node.enters === 'output' ? node.parent_step : step;
  const { chain, compactedAt } = chainTo(nodes, from, limitations);
  const droppedResults = [...new Set(chain.flatMap(({ drops }) => drops?.results ?? []))];
  const shown = chain.filter((link) => link.enters !== 'none');
  const entries = shown.map(entryOf);
  const tokens = shown.reduce((sum, link) => sum + sumOf(link.tokens), 0);
  return { step, entries, droppedResults, compactedAt, tokens, limitations: [...limitations] };
}

/** Nodes from the beginning of the window to `from`, oldest first. */
function chainTo(
  nodes: NodeIndex,
  from: number | null,
  limitations: Set<WindowLimitation>,
): { chain: ContextNode[]; compactedAt: number | null } {
  const chain: ContextNode[] = [];
  let compactedAt: number | null = null;
  let keepFrom = 0;
  for (let at = from; at !== null && at >= keepFrom; ) {
    const node = nodes.get(at);
    if (node === undefined) {
      limitations.add('parent_missing');
      break;
    }
    chain.push(node);
    if (node.drops?.before !== undefined && compactedAt === null) {
      compactedAt = node.step_index;
      if (node.drops.before.keep_from === null) break;
      keepFrom = node.drops.before.keep_from;
    }
    if (node.parent_step !== null && node.parent_step >= node.step_index) {
      limitations.add('parent_later');
      break;
    }
    at = node.parent_step;
  }
  return { chain: chain.reverse(), compactedAt };
}

function entryOf({ step_index, enters, tokens }: ContextNode): WindowEntry {
  return {
    step: step_index,
    enters: enters === 'output' ? 'output' : 'input',
    parts: Object.keys(tokens ?? {}) as PartName[],
  };
}

function sumOf(tokens: Readonly<Record<string, number>> | undefined): number {
  return Object.values(tokens ?? {}).reduce((sum, value) => sum + value, 0);
}
