/** `trace map`: a trace as nodes of what happened, in step order, and edges of how it hangs together. */
import { committedIn } from '../record/commits.ts';
import { type Step, says } from '../record/step.ts';
import type { Activity, CallActivity } from './activity.ts';
import { textOf } from './activity.ts';
import { subjectOf } from './call-subject.ts';
import { edgesOf } from './map-edges.ts';
import { NodeList } from './map-list.ts';
import type { TraceMap } from './map-node.ts';
import { preview } from './preview.ts';
import { redactionsIn } from './redactions.ts';

/** What a map of some steps has to know of the others. */
export interface MapSurroundings {
  /** Step of the last instruction before these; null when there is none. */
  readonly instruction: number | null;
  /** The last step of the trace in which the model says something; null when there is none. */
  readonly lastSaid: number | null;
}

/**
 * Pure. Steps that only carry context (attachments, notices, reminders) have no node, unless something was
 * taken out of them. `steps` are all of a trace, or neighbours with what surrounds them.
 */
export function mapOf(
  steps: readonly Step[],
  activity: Activity,
  around: MapSurroundings = { instruction: null, lastSaid: steps.findLast(says)?.step_index ?? null },
): TraceMap {
  const nodes = new NodeList(activity.traceId, around.instruction);
  const calls = byStep(activity.calls);
  for (const step of steps) {
    addStep(nodes, step, calls.get(step.step_index) ?? [], step.step_index === around.lastSaid);
    addRedactions(nodes, step);
  }
  return { nodes: nodes.nodes(), edges: edgesOf(nodes.nodes()) };
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
      nodes.add({
        ...at,
        action_type: 'error_signal',
        signal_refs: [`error:${step.kind}`],
        text_preview,
        metadata: { kind: step.kind },
      });
      addCalls(nodes, calls);
      break;
    case 'model':
      addModelStep(nodes, at, text_preview, calls, isLast);
      break;
  }
}

/** What sealing took out; a text that only quotes a placeholder looks the same. */
function addRedactions(nodes: NodeList, step: Step): void {
  const kinds = redactionsIn(step);
  if (kinds.size === 0) return;
  nodes.add({
    step_index: step.step_index,
    action_type: 'security_finding',
    text_preview: preview(Array.from(kinds, ([kind, count]) => `${count} ${kind}`).join(', ')),
    confidence: 'heuristic',
    metadata: { redacted: Object.fromEntries(kinds) },
  });
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
  addCalls(nodes, calls);
}

/** An answer that broke off has them too. */
function addCalls(nodes: NodeList, calls: readonly CallActivity[]): void {
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
    signal_refs: testSignals(activity),
    text_preview: preview(subjectOf(activity)),
    metadata: callMetadata(activity),
  });
  if (result === undefined) return;
  const outcome = activity.failed ? 'error_signal' : 'tool_result';
  nodes.add({
    ...common,
    parent_node_id,
    action_type: outcome,
    signal_refs: errorSignals(activity),
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
      signal_refs: [`commit.sha:${sha}`],
      text_preview: preview(subject),
      metadata: { branch },
      confidence: 'heuristic',
    });
  }
}

function testSignals({ test }: CallActivity): string[] {
  return test === null ? [] : [`test.result:${test.status}`];
}

function errorSignals({ result }: CallActivity): string[] {
  return result?.error ? [`error:${result.error.slice(0, LONGEST_ERROR).toWellFormed()}`] : [];
}

/** As long as the catalog keeps one. */
const LONGEST_ERROR = 512;

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

function resultMetadata({ result, test }: CallActivity): Record<string, unknown> {
  const error = result?.error ?? null;
  return {
    ...(error === null ? {} : { error }),
    ...(test === null ? {} : { test }),
  };
}
