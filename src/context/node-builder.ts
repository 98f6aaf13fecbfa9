/**
 * Steps to context nodes, one each, in order: a pure function of the steps and of what the session tells
 * of the other layers.
 */
import type { BranchType, ContextNode, FactLayer, LayerValue, PartName } from '../record/context.ts';
import type { StepKind } from '../record/step.ts';
import { estimateTokens } from './estimate.ts';

/** What a node follows from; a parsed step is one. */
export interface WindowStep {
  readonly step_index: number;
  readonly role: string;
  readonly kind: StepKind;
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls: readonly { readonly input?: unknown; readonly subagent_trajectory_ref?: string }[];
  readonly observations: readonly { readonly content?: string | null }[];
  readonly attachments?: readonly { readonly data: Buffer }[];
  readonly origin: { readonly parent_step?: number | null };
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Something a session tells of a layer beside its messages, in force from a step on. */
export interface ContextFact {
  readonly step: number;
  readonly layer: FactLayer;
  readonly key: string;
  readonly value: LayerValue;
}

/** Kinds that the agent program shows or keeps, and the model never reads. */
const UNSEEN: ReadonlySet<StepKind> = new Set(['compact_boundary', 'microcompact_boundary', 'api_error']);

/** Estimated tokens of an image, whatever its size: models scale them. */
const ATTACHMENT_TOKENS = 1500;

export class NodeBuilder {
  readonly #rootType: BranchType;
  #facts: ContextFact[] = [];
  #boundary: number | null = null;

  constructor(rootType: 'root' | 'subagent_fork') {
    this.#rootType = rootType;
  }

  /** Facts come in order of their steps, each before its step is built. */
  note(fact: ContextFact): void {
    this.#facts.push(fact);
  }

  build(step: WindowStep): ContextNode {
    const parent = parentOf(step);
    const drops = this.#dropsOf(step);
    const tokens = tokensOf(step);
    const layers = this.#takeLayers(step.step_index);
    const forks = forksOf(step);
    return {
      step_index: step.step_index,
      parent_step: parent,
      branch_type: this.#branchOf(step, parent),
      enters: entersAs(step),
      ...(tokens === undefined ? {} : { tokens }),
      ...(drops === undefined ? {} : { drops }),
      ...(layers === undefined ? {} : { layers }),
      ...(forks.length === 0 ? {} : { forks }),
    };
  }

  #branchOf(step: WindowStep, parent: number | null): BranchType {
    if (parent === null) return this.#rootType;
    if (step.kind === 'compact_summary') return 'compaction_fork';
    return parent === step.step_index - 1 ? 'linear' : 'rewind_branch';
  }

  /** A summary without a boundary before it compacts all the same. */
  #dropsOf(step: WindowStep): ContextNode['drops'] {
    const { kind, step_index, metadata } = step;
    if (kind === 'microcompact_boundary') {
      const ids = metadata?.compacted_tool_ids;
      return { results: Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [] };
    }
    if (kind !== 'compact_boundary' && kind !== 'compact_summary') return undefined;
    const follows = kind === 'compact_summary' && this.#boundary === step_index - 1;
    this.#boundary = kind === 'compact_boundary' ? step_index : null;
    const kept = metadata?.kept_from_step;
    return follows ? undefined : { before: { keep_from: typeof kept === 'number' ? kept : null } };
  }

  #takeLayers(step: number): ContextNode['layers'] {
    const due = this.#facts.filter((fact) => fact.step <= step);
    if (due.length === 0) return undefined;
    this.#facts = this.#facts.filter((fact) => fact.step > step);
    const layers: { [layer in FactLayer]?: Record<string, LayerValue> } = {};
    for (const { layer, key, value } of due) {
      const change = layers[layer] ?? Object.create(null);
      change[key] = value;
      layers[layer] = change;
    }
    return layers;
  }
}

/** A step that names no parent continues the one before it. */
function parentOf({ step_index, origin }: WindowStep): number | null {
  const named = origin.parent_step;
  if (typeof named === 'number' && named > 0 && named < step_index) return named;
  return step_index === 1 || named === null ? null : step_index - 1;
}

function entersAs({ kind, role }: WindowStep): ContextNode['enters'] {
  if (UNSEEN.has(kind)) return 'none';
  if (kind === 'notice') return role === 'user' ? 'input' : 'none';
  return role === 'agent' ? 'output' : 'input';
}

function tokensOf(step: WindowStep): Record<PartName, number> | undefined {
  const sizes: [PartName, number][] = [
    ['text', estimateTokens(step.content ?? '')],
    ['reasoning', estimateTokens(step.reasoning_content ?? '')],
    ['calls', sum(step.tool_calls.map(({ input }) => estimateTokens(JSON.stringify(input ?? null))))],
    ['results', sum(step.observations.map(({ content }) => estimateTokens(content ?? '')))],
    ['attachments', (step.attachments?.length ?? 0) * ATTACHMENT_TOKENS],
  ];
  const found = sizes.filter(([, tokens]) => tokens > 0);
  return found.length === 0 ? undefined : (Object.fromEntries(found) as Record<PartName, number>);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function forksOf({ tool_calls }: WindowStep): string[] {
  const refs = tool_calls.map((call) => call.subagent_trajectory_ref).filter((ref) => ref !== undefined);
  return [...new Set(refs)];
}
