/**
 * The layers beside the messages at a step: every change up to it, in the order of the steps, whatever branch
 * they are on, because the program's state does not go back when a conversation does.
 */
import type { FactLayer, LayerType, LayerValue, StepText } from '../record/context.ts';
import { PROMPT_KEY } from './node-builder.ts';
import { UNSEEN_KEY } from './starts.ts';
import type { ContextWindow, NodeIndex } from './window.ts';

export const FACT_LAYERS = ['system', 'tool_registry', 'runtime_state'] as const satisfies FactLayer[];

export type Completeness = 'full' | 'approximated' | 'stub';

export interface LayerState {
  /** Step from which on the layer is as it is. */
  readonly since: number;
  readonly values: ReadonlyMap<string, Exclude<LayerValue, null>>;
}

/** State of a layer at the step whose window is given. */
export function layerAt(nodes: NodeIndex, layer: FactLayer, window: ContextWindow): LayerState {
  const values = new Map<string, Exclude<LayerValue, null>>();
  let since = 1;
  let turn = 1;
  for (const [step, node] of nodes) {
    if (step > window.step) continue;
    if (node.branch_type !== 'linear' || node.drops?.before !== undefined) turn = step;
    const change = node.layers?.[layer];
    if (change === undefined) continue;
    since = step;
    for (const [key, value] of Object.entries(change)) {
      if (value === null) values.delete(key);
      else values.set(key, value);
    }
  }
  return inWindow(values, window) ? { since: Math.max(since, turn), values } : { since, values };
}

/** Takes out texts whose step has left the window; true when the layer holds any that could. */
function inWindow(values: Map<string, Exclude<LayerValue, null>>, window: ContextWindow): boolean {
  const present = new Set(window.entries.map(({ step }) => step)).add(window.step);
  let bound = false;
  for (const [key, value] of values) {
    const text = stepTextOf(value);
    if (text?.in_window !== true) continue;
    bound = true;
    if (!present.has(text.$step)) values.delete(key);
  }
  return bound;
}

export function stepTextOf(value: LayerValue): StepText | null {
  const isOne = typeof value === 'object' && value !== null && !Array.isArray(value) && '$step' in value;
  return isOne ? (value as StepText) : null;
}

/** How much of a layer is known, and why it is not more. */
export interface LayerGrade {
  readonly completeness: Completeness;
  readonly reasons: readonly string[];
}

export function gradeOf(layer: LayerType, state: LayerState | null, window: ContextWindow): LayerGrade {
  switch (layer) {
    case 'messages':
      return window.limitations.length === 0
        ? { completeness: 'full', reasons: [] }
        : { completeness: 'approximated', reasons: window.limitations };
    case 'system':
      return systemGrade(state?.values ?? new Map());
    case 'tool_registry':
      return toolGrade(state?.values ?? new Map());
    case 'runtime_state':
      return runtimeGrade(state?.values ?? new Map());
  }
}

function systemGrade(values: LayerState['values']): LayerGrade {
  const keys = [...values.keys()].filter((key) => key !== UNSEEN_KEY);
  const unseen = values.get(UNSEEN_KEY);
  const reasons = Array.isArray(unseen) ? unseen.map(String) : [];
  if (!keys.some((key) => key.startsWith(PROMPT_KEY))) reasons.unshift('static_system_prompt_core_unknown');
  if (reasons.length === 0) return { completeness: 'full', reasons };
  return { completeness: keys.length > 0 ? 'approximated' : 'stub', reasons };
}

/** No transcript holds the tools' schemas; a list of names is the most they tell. */
function toolGrade(values: LayerState['values']): LayerGrade {
  const listed = [...values.values()].includes('listed');
  const servers = [...values.keys()].some((key) => key.startsWith('mcp_server/'));
  const reasons = [
    listed ? 'builtin_tool_schemas_inferred' : 'tools_known_by_calls_only',
    ...(servers ? [] : ['mcp_tool_inventory_not_probed']),
  ];
  return { completeness: values.size > 0 ? 'approximated' : 'stub', reasons };
}

const RUNTIME_KEYS = ['cwd', 'model', 'agent_version'] as const;

function runtimeGrade(values: LayerState['values']): LayerGrade {
  const missing = RUNTIME_KEYS.filter((key) => !values.has(key));
  if (missing.length === 0) return { completeness: 'full', reasons: [] };
  const reasons = missing.map((key) => `${key}_unknown`);
  return { completeness: values.size > 0 ? 'approximated' : 'stub', reasons };
}
