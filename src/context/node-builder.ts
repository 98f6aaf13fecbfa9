/**
 * Steps to context nodes, one each, in order: a pure function of the steps and of what the session tells
 * of the other layers.
 */
import type { BranchType, ContextNode, FactLayer, LayerValue } from '../record/context.ts';
import type { StepKind } from '../record/step.ts';
import { tokensOf } from './estimate.ts';
import { WindowDrops } from './window-drops.ts';
import type { WindowStep } from './window-step.ts';

/** Something a session tells of a layer beside its messages, in force from a step on. */
export interface ContextFact {
  readonly step: number;
  readonly layer: FactLayer;
  readonly key: string;
  readonly value: LayerValue;
}

type Layers = { [layer in FactLayer]?: Record<string, LayerValue> };

/** Kinds that the agent program shows or keeps, and the model never reads. */
const UNSEEN: ReadonlySet<StepKind> = new Set(['microcompact_boundary', 'api_error']);

/** System texts by this beginning of their key are the prompt, no message. */
export const PROMPT_KEY = 'prompt/';

/** Names of tools that are followed. */
const MAX_TOOLS = 5000;

export class NodeBuilder {
  readonly #rootType: BranchType;
  readonly #drops = new WindowDrops();
  readonly #tools = new Set<string>();
  #model: string | null = null;
  #facts: ContextFact[] = [];

  constructor(rootType: 'root' | 'subagent_fork') {
    this.#rootType = rootType;
  }

  /** Facts come in order of their steps, each before its step is built. */
  note(fact: ContextFact): void {
    if (fact.layer === 'tool_registry' && fact.key.startsWith('tool/')) this.#tools.add(fact.key);
    this.#facts.push(fact);
  }

  build(step: WindowStep): ContextNode {
    const parent = parentOf(step);
    const layers = this.#layersOf(step);
    const tokens = tokensOf(step);
    const drops = this.#drops.of(step);
    const enters = isPrompt(layers, step.step_index) ? 'none' : entersAs(step);
    const forks = forksOf(step);
    return {
      step_index: step.step_index,
      parent_step: parent,
      branch_type: this.#branchOf(step, parent, drops?.before !== undefined && enters !== 'none'),
      enters,
      ...(step.kind === 'prompt' ? { opens_turn: true } : {}),
      ...(tokens === undefined ? {} : { tokens }),
      ...(drops === undefined ? {} : { drops }),
      ...(Object.keys(layers).length === 0 ? {} : { layers }),
      ...(forks.length === 0 ? {} : { forks }),
      ...this.#limitationsOf(step),
    };
  }

  #limitationsOf({ origin }: WindowStep): Pick<ContextNode, 'limitations'> {
    const limitations = [
      ...(origin.parent_missing === true ? ['parent_missing'] : []),
      ...(this.#drops.lacksBoundary ? ['boundary_missing'] : []),
    ];
    return limitations.length === 0 ? {} : { limitations };
  }

  #branchOf(step: WindowStep, parent: number | null, compacts: boolean): BranchType {
    if (step.kind === 'compact_summary' || compacts) return 'compaction_fork';
    if (parent === null) return this.#rootType;
    return parent === step.step_index - 1 ? 'linear' : 'rewind_branch';
  }

  #layersOf(step: WindowStep): Layers {
    const layers: Layers = {};
    const set = (layer: FactLayer, key: string, value: LayerValue): void => {
      layers[layer] ??= Object.create(null) as Record<string, LayerValue>;
      layers[layer][key] = value;
    };
    let due = 0;
    while (due < this.#facts.length && this.#facts[due]!.step <= step.step_index) due += 1;
    for (const { layer, key, value } of this.#facts.splice(0, due)) set(layer, key, value);
    this.#noteCalls(step, set);
    return layers;
  }

  /** The model that spoke, and the tools it called: of a tool that was called it is sure that it was there. */
  #noteCalls(step: WindowStep, set: (layer: FactLayer, key: string, value: LayerValue) => void): void {
    const { model, kind } = step;
    if (kind === 'model' && typeof model === 'string' && model !== this.#model) {
      this.#model = model;
      set('runtime_state', 'model', model);
    }
    for (const { tool_name } of step.tool_calls) {
      const key = `tool/${tool_name}`;
      if (this.#tools.has(key) || this.#tools.size >= MAX_TOOLS) continue;
      this.#tools.add(key);
      set('tool_registry', key, 'called');
    }
  }
}

/** A step that names no parent continues the one before it. */
function parentOf({ step_index, origin }: WindowStep): number | null {
  const named = origin.parent_step;
  if (typeof named === 'number' && named > 0 && named < step_index) return named;
  return step_index === 1 || named === null ? null : step_index - 1;
}

function isPrompt({ system }: Layers, step: number): boolean {
  return Object.entries(system ?? {}).some(
    ([key, value]) => key.startsWith(PROMPT_KEY) && (value as { $step?: unknown } | null)?.$step === step,
  );
}

function entersAs({ kind, role, metadata }: WindowStep): ContextNode['enters'] {
  if (UNSEEN.has(kind)) return 'none';
  if (kind === 'compact_boundary') return metadata?.told === true ? 'input' : 'none';
  if (kind === 'notice') return role === 'user' ? 'input' : 'none';
  return role === 'agent' ? 'output' : 'input';
}

function forksOf({ tool_calls }: WindowStep): string[] {
  const refs = tool_calls.map((call) => call.subagent_trajectory_ref).filter((ref) => ref !== undefined);
  return [...new Set(refs)];
}
