/** A context node as the commands show it: where it stands, and its four layers. */
import { OtError } from '../base/errors.ts';
import { blobOf } from '../bucket/steps.ts';
import {
  type BranchType,
  type FactLayer,
  LAYER_TYPES,
  type LayerType,
  type LayerValue,
} from '../record/context.ts';
import { layerIdOf, nodeIdOf } from './ids.ts';
import { type LayerContent, layerContent } from './layer-content.ts';
import { type Completeness, FACT_LAYERS, gradeOf, type LayerState, layerAt, stepTextOf } from './layers.ts';
import { type MessagesContent, messagesOf } from './messages.ts';
import { contextText, loadSteps, type OpenedContext } from './open.ts';
import { UNSEEN_KEY, wasSeen } from './starts.ts';
import { stepFacts } from './step-facts.ts';
import { type ContextWindow, type NodeIndex, windowAt } from './window.ts';

export interface LayerView {
  readonly layer_id: string;
  readonly layer_type: LayerType;
  readonly completeness: Completeness;
  /** Why it is not `full`. */
  readonly reasons: readonly string[];
  /** `live_capture` when a hook saw part of it. */
  readonly capture_method: 'transcript_reconstruction' | 'live_capture';
  /** Bytes of the content as JSON; null when it was not loaded. */
  readonly byte_count: number | null;
  readonly fetched_from: 'local' | 'cache';
  readonly content?: MessagesContent | LayerContent;
}

export interface NodeView {
  readonly node_id: string;
  readonly parent_node_id: string | null;
  readonly branch_type: BranchType;
  readonly trace_id: string;
  readonly step_index: number;
  /** Native id of the step's entry and of the one before it, and its first byte in the source; null where not told. */
  readonly transcript_uuid: string | null;
  readonly transcript_parent_uuid: string | null;
  readonly transcript_offset: number | null;
  readonly system_layer_id: string;
  readonly messages_layer_id: string;
  readonly tool_registry_layer_id: string;
  readonly runtime_state_layer_id: string;
  readonly capture_completeness: Completeness;
  readonly subagent_trace_ids: readonly string[];
  readonly token_estimate: number;
  /** Input tokens that the model call of this step was billed, cached ones among them; null for another step. */
  readonly billed_input_tokens: number | null;
  readonly capture_limitations: readonly string[];
  readonly layers: readonly LayerView[];
}

export interface ViewOptions {
  readonly layers?: readonly LayerType[];
  /** With texts. */
  readonly full: boolean;
  /** What is not here is an error (`OT_BLOB_MISSING_OFFLINE`, exit 4) instead of a limitation. */
  readonly offline: boolean;
}

export async function viewNode(
  context: OpenedContext,
  step: number,
  options: ViewOptions,
): Promise<NodeView> {
  const { traceId, nodes } = context;
  const node = nodes.get(step)!;
  const window = windowAt(nodes, step);
  const wanted = LAYER_TYPES.filter((type) => options.layers?.includes(type) ?? true);
  const reading = stepFacts(context, step);
  const lost = { texts: 0 };
  const states = statesAt(nodes, window);
  const layers = await Promise.all(
    wanted.map((type) => viewLayer(context, type, { window, states }, options, lost)),
  );
  const { timestamp: _, billed_input_tokens, ...transcript } = await reading;
  if (lost.texts > 0 && options.offline) throw missingOffline(context, lost.texts);
  const limitations = new Set<string>(window.limitations);
  if (lost.texts > 0) limitations.add('context_layer_unavailable');
  for (const { reasons } of layers) for (const reason of reasons) limitations.add(reason);
  return {
    node_id: nodeIdOf(traceId, step),
    parent_node_id: node.parent_step === null ? null : nodeIdOf(traceId, node.parent_step),
    branch_type: node.branch_type,
    trace_id: traceId,
    step_index: step,
    ...transcript,
    ...layerIds(traceId, window, states),
    capture_completeness: worst(layers.map(({ completeness }) => completeness)),
    subagent_trace_ids: node.forks ?? [],
    token_estimate: window.tokens,
    billed_input_tokens,
    capture_limitations: [...limitations],
    layers,
  };
}

/** Of the layers beside the messages. */
type States = Readonly<Record<FactLayer, LayerState>>;

function statesAt(nodes: NodeIndex, window: ContextWindow): States {
  const states = FACT_LAYERS.map((type) => [type, layerAt(nodes, type, window)] as const);
  return Object.fromEntries(states) as Record<FactLayer, LayerState>;
}

type LayerIds = Pick<NodeView, `${LayerType}_layer_id`>;

function layerIds(traceId: string, { step }: ContextWindow, states: States): LayerIds {
  const ids = LAYER_TYPES.map((type) => {
    const since = type === 'messages' ? step : states[type].since;
    return [`${type}_layer_id`, layerIdOf(traceId, type, since)] as const;
  });
  return Object.fromEntries(ids) as Record<keyof LayerIds, string>;
}

async function viewLayer(
  context: OpenedContext,
  type: LayerType,
  { window, states }: { readonly window: ContextWindow; readonly states: States },
  { full }: ViewOptions,
  lost: { texts: number },
): Promise<LayerView> {
  const { traceId, remote } = context;
  const state = type === 'messages' ? null : states[type];
  const content =
    type === 'messages'
      ? await messagesContent(context, window, full, lost)
      : await factsContent(context, type, state!, { full, lost });
  return {
    layer_id: layerIdOf(traceId, type, state?.since ?? window.step),
    layer_type: type,
    ...gradeOf(type, state, window),
    capture_method: state !== null && wasSeen(state) ? 'live_capture' : 'transcript_reconstruction',
    byte_count: full ? Buffer.byteLength(JSON.stringify(content), 'utf8') : null,
    fetched_from: remote === null ? 'local' : 'cache',
    content,
  };
}

async function messagesContent(
  context: OpenedContext,
  window: ContextWindow,
  full: boolean,
  lost: { texts: number },
): Promise<MessagesContent> {
  if (!full) return messagesOf(context.traceId, window);
  const { steps, missing } = await loadSteps(
    context,
    window.entries.map(({ step }) => step),
  );
  lost.texts += missing;
  return messagesOf(context.traceId, window, steps);
}

async function factsContent(
  context: OpenedContext,
  layer: FactLayer,
  { values }: LayerState,
  { full, lost }: { readonly full: boolean; readonly lost: { texts: number } },
): Promise<LayerContent> {
  const texts = new Map<string, unknown>();
  for (const [key, value] of values) {
    // Said by the reasons of the layer.
    if (key !== UNSEEN_KEY) texts.set(key, full ? await textOf(context, value, lost) : value);
  }
  return layerContent(layer, texts);
}

/** The text a value stands for; the value itself when that is not here. */
async function textOf(context: OpenedContext, value: LayerValue, lost: { texts: number }): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  const told = stepTextOf(value);
  const blob = told === null && !Array.isArray(value) ? blobOf(value) : null;
  if (told === null && blob === null) return value;
  const text =
    blob === null
      ? (await loadSteps(context, [told!.$step])).steps.get(told!.$step)?.content
      : await contextText(context, blob);
  if (text === null || text === undefined) lost.texts += 1;
  return text ?? value;
}

function missingOffline({ traceId, remote }: OpenedContext, texts: number): OtError {
  return new OtError(
    'OT_BLOB_MISSING_OFFLINE',
    'network',
    `${texts} texts of trace ${traceId} are not here`,
    {
      hint:
        remote === null
          ? 'run: git ot bucket verify --full'
          : `fetch it: git ot bucket remote pull ${remote} --again`,
      payload: { limitations: ['blob_missing_offline'] },
    },
  );
}

const ORDER: readonly Completeness[] = ['stub', 'approximated', 'full'];

function worst(all: readonly Completeness[]): Completeness {
  return ORDER.find((one) => all.includes(one)) ?? 'full';
}
