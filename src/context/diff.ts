/** `ctx diff`: what entered and what left between two windows. */
import { LAYER_TYPES, type LayerType } from '../record/context.ts';
import { layerIdOf, nodeIdOf } from './ids.ts';
import { layerAt } from './layers.ts';
import { type ContextMessage, messagesOf } from './messages.ts';
import type { OpenedContext } from './open.ts';
import { type ContextWindow, windowAt } from './window.ts';

/** A window to compare. */
export interface DiffSide {
  readonly context: OpenedContext;
  readonly step: number;
}

export interface ChangedLayer {
  readonly layer_type: LayerType;
  readonly before_layer_id: string;
  readonly after_layer_id: string;
  readonly added_keys: readonly string[];
  readonly removed_keys: readonly string[];
  readonly changed_keys: readonly string[];
}

/** A message in both windows that is not the same in them: reasoning or results left it. */
export interface ChangedMessage {
  readonly node_id: string;
  readonly step_index: number;
  readonly left_parts: readonly string[];
  readonly entered_parts: readonly string[];
  readonly dropped_results: readonly string[];
}

export interface ContextDiff {
  readonly before_node_id: string;
  readonly after_node_id: string;
  readonly token_estimate: { readonly before: number; readonly after: number };
  readonly added: readonly ContextMessage[];
  readonly removed: readonly ContextMessage[];
  readonly changed_messages: readonly ChangedMessage[];
  readonly changed: readonly ChangedLayer[];
  readonly limitations: readonly string[];
}

export function diffOf(before: DiffSide, after: DiffSide, layers: readonly LayerType[]): ContextDiff {
  const [old, now] = [before, after].map(({ context, step }) => windowAt(context.nodes, step)) as [
    ContextWindow,
    ContextWindow,
  ];
  const [left, right] = [messages(before, old), messages(after, now)];
  const shown = layers.includes('messages');
  return {
    before_node_id: nodeIdOf(before.context.traceId, before.step),
    after_node_id: nodeIdOf(after.context.traceId, after.step),
    token_estimate: { before: old.tokens, after: now.tokens },
    added: shown ? [...right.values()].filter(({ node_id }) => !left.has(node_id)) : [],
    removed: shown ? [...left.values()].filter(({ node_id }) => !right.has(node_id)) : [],
    changed_messages: shown ? changedMessages(left, right) : [],
    changed: LAYER_TYPES.filter((type) => layers.includes(type)).flatMap((type) =>
      changedLayer(type, { ...before, window: old }, { ...after, window: now }),
    ),
    limitations: [...new Set([...old.limitations, ...now.limitations])],
  };
}

function messages({ context }: DiffSide, window: ContextWindow): Map<string, ContextMessage> {
  const list = messagesOf(context.traceId, window).messages;
  return new Map(list.map((message) => [message.node_id, message]));
}

function changedMessages(
  left: ReadonlyMap<string, ContextMessage>,
  right: ReadonlyMap<string, ContextMessage>,
): ChangedMessage[] {
  return [...right.values()].flatMap((now) => {
    const old = left.get(now.node_id);
    if (old === undefined) return [];
    const left_parts = old.parts.filter((part) => !now.parts.includes(part));
    const entered_parts = now.parts.filter((part) => !old.parts.includes(part));
    const dropped_results = now.dropped_results.filter((id) => !old.dropped_results.includes(id));
    if (left_parts.length + entered_parts.length + dropped_results.length === 0) return [];
    const { node_id, step_index } = now;
    return [{ node_id, step_index, left_parts, entered_parts, dropped_results }];
  });
}

type Side = DiffSide & { readonly window: ContextWindow };

function changedLayer(type: LayerType, before: Side, after: Side): ChangedLayer[] {
  if (type === 'messages') return [];
  const [old, now] = [before, after].map(({ context, window }) => layerAt(context.nodes, type, window)) as [
    ReturnType<typeof layerAt>,
    ReturnType<typeof layerAt>,
  ];
  const keys = [...new Set([...old.values.keys(), ...now.values.keys()])];
  const added_keys = keys.filter((key) => !old.values.has(key));
  const removed_keys = keys.filter((key) => !now.values.has(key));
  const changed_keys = keys.filter((key) => {
    const [was, is] = [old.values.get(key), now.values.get(key)];
    return was !== undefined && is !== undefined && JSON.stringify(was) !== JSON.stringify(is);
  });
  if (added_keys.length + removed_keys.length + changed_keys.length === 0) return [];
  return [
    {
      layer_type: type,
      before_layer_id: layerIdOf(before.context.traceId, type, old.since),
      after_layer_id: layerIdOf(after.context.traceId, type, now.since),
      added_keys,
      removed_keys,
      changed_keys,
    },
  ];
}
