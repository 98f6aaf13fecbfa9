/** `trace map`: a trace as nodes of what happened, in step order, and edges of how it hangs together. */

import type { Step } from '../record/step.ts';
import type { Activity, CallActivity } from './activity.ts';
import { testOutcome, textOf } from './activity.ts';
import { committedIn } from './commits.ts';
import { edgesOf } from './map-edges.ts';
import type { MapNode, TraceMap } from './map-node.ts';

/** What is known of a node before the others are. */
type Draft = Partial<MapNode> & Pick<MapNode, 'action_type' | 'step_index'>;

/** Pure. Steps that only carry context (attachments, notices, reminders) have no node. */
export function mapOf(steps: readonly Step[], activity: Activity): TraceMap {
  const nodes = new NodeList(activity.traceId);
  const calls = byStep(activity.calls);
  const last = steps.findLast((step) => step.kind === 'model' && textOf(step.content).trim() !== '');
  for (const step of steps) addStep(nodes, step, calls.get(step.step_index) ?? [], step === last);
  const linked = nodes.linked();
  return { nodes: linked, edges: edgesOf(linked) };
}

function byStep(calls: readonly CallActivity[]): Map<number, CallActivity[]> {
  const groups = new Map<number, CallActivity[]>();
  for (const call of calls) {
    const group = groups.get(call.step);
    if (group === undefined) groups.set(call.step, [call]);
    else group.push(call);
  }
  return groups;
}

function addStep(nodes: NodeList, step: Step, calls: readonly CallActivity[], isLast: boolean): void {
  const at = { step_index: step.step_index };
  const text_preview = preview(textOf(step.content));
  switch (step.kind) {
    case 'prompt':
      nodes.addInstruction({ ...at, action_type: 'user_instruction', text_preview });
      break;
    case 'command':
      nodes.add({ ...at, action_type: 'user_instruction', text_preview, metadata: { kind: 'command' } });
      break;
    case 'compact_summary':
    case 'compact_boundary':
      nodes.add({ ...at, action_type: 'snapshot', metadata: { kind: step.kind } });
      break;
    case 'api_error':
      nodes.add({ ...at, action_type: 'error_signal', text_preview, metadata: { kind: step.kind } });
      break;
    case 'model':
      addModelStep(nodes, at, text_preview, calls, isLast);
      break;
  }
}

function addModelStep(
  nodes: NodeList,
  at: { readonly step_index: number },
  text_preview: string,
  calls: readonly CallActivity[],
  isLast: boolean,
): void {
  if (text_preview !== '') {
    const action_type = isLast && calls.length === 0 ? 'final_response' : 'agent_message';
    nodes.add({ ...at, action_type, text_preview });
  }
  const seen = { patches: 0 };
  for (const call of calls) addCall(nodes, call, seen);
}

function addCall(nodes: NodeList, activity: CallActivity, seen: { patches: number }): void {
  const { step, call, result, facts } = activity;
  const common = { step_index: step, tool_name: call.tool_name, tool_call_id: call.tool_call_id };
  const parent_node_id = nodes.add({
    ...common,
    action_type: facts.action,
    files_read: facts.filesRead,
    files_modified: facts.filesEdited,
    text_preview: preview(
      facts.command ??
        facts.url ??
        facts.webQuery ??
        facts.skill ??
        [...facts.filesEdited, ...facts.filesRead].join(' '),
    ),
    metadata: callMetadata(activity),
  });
  if (result === undefined) return;
  const outcome = activity.failed ? 'error_signal' : 'tool_result';
  nodes.add({
    ...common,
    parent_node_id,
    action_type: outcome,
    text_preview: preview(textOf(result.content)),
    metadata: resultMetadata(activity),
  });
  if (!activity.failed) addEffects(nodes, activity, { ...common, parent_node_id }, seen);
}

/** Patches and commits a call made. */
function addEffects(
  nodes: NodeList,
  { facts, result }: CallActivity,
  common: { step_index: number; tool_name: string; tool_call_id: string; parent_node_id: string },
  seen: { patches: number },
): void {
  for (const path of facts.filesEdited) {
    seen.patches += 1;
    const patch = `tp:${nodes.traceId}:${common.step_index}.${seen.patches}`;
    nodes.add({
      ...common,
      action_type: 'patch_created',
      files_modified: [path],
      patch_refs: [patch],
      text_preview: preview(path),
    });
  }
  if (facts.command?.includes('commit') !== true) return;
  for (const { sha, branch, subject } of committedIn(textOf(result?.content))) {
    nodes.add({
      ...common,
      action_type: 'git_anchor',
      anchor_refs: [`c:${sha}`],
      text_preview: preview(subject),
      metadata: { branch },
      confidence: 'heuristic',
    });
  }
}

function callMetadata({ facts, call }: CallActivity): Record<string, unknown> {
  return {
    ...(facts.testRunner === null ? {} : { test_runner: facts.testRunner }),
    ...(facts.skill === null ? {} : { skill: facts.skill }),
    ...(facts.url === null ? {} : { url: facts.url }),
    ...(call.subagent_trajectory_ref === undefined
      ? {}
      : { subagent_trace_id: call.subagent_trajectory_ref }),
  };
}

function resultMetadata({ facts, result }: CallActivity): Record<string, unknown> {
  const error = result?.error ?? null;
  return {
    ...(error === null ? {} : { error }),
    ...(facts.testRunner === null ? {} : { test: testOutcome(facts, result) }),
  };
}

class NodeList {
  readonly traceId: string;
  readonly #drafts: Array<Draft & Pick<MapNode, 'node_id' | 'parent_node_id' | 'active_user_step'>> = [];
  #instruction: { readonly id: string; readonly step: number } | null = null;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  /** Adds a node and returns its id. */
  add(draft: Draft): string {
    const node_id = `tmn:${this.traceId}:${this.#drafts.length + 1}`;
    const parent_node_id = draft.parent_node_id ?? this.#instruction?.id ?? null;
    this.#drafts.push({
      ...draft,
      node_id,
      parent_node_id,
      active_user_step: this.#instruction?.step ?? null,
    });
    return node_id;
  }

  /** Adds what a person asked for; the nodes after it are its children. */
  addInstruction(draft: Draft): void {
    this.#instruction = null;
    this.#instruction = { id: this.add(draft), step: draft.step_index };
  }

  linked(): MapNode[] {
    return this.#drafts.map((draft, index) => ({
      ...EMPTY,
      start_step_index: draft.step_index,
      end_step_index: draft.step_index,
      ...draft,
      previous_node_id: this.#drafts[index - 1]?.node_id ?? null,
      next_node_id: this.#drafts[index + 1]?.node_id ?? null,
    }));
  }
}

const EMPTY = {
  tool_name: null,
  tool_call_id: null,
  files_read: [],
  files_modified: [],
  anchor_refs: [],
  patch_refs: [],
  text_preview: '',
  confidence: 'deterministic',
  metadata: {},
} as const;

const PREVIEW = 160;

/** The beginning of a text on one line, never ending in half a character. */
export function preview(text: string, length: number = PREVIEW): string {
  const flat = text
    .slice(0, length * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (flat.length <= length) return flat.toWellFormed();
  return flat
    .slice(0, length)
    .toWellFormed()
    .replace(/\ufffd$/, '');
}
