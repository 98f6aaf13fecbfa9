/** A context node as the commands show it: where it stands, and its four layers. */
import { OtError } from '../base/errors.ts';
import { blobOf } from '../bucket/steps.ts';
import { type BranchType, LAYER_TYPES, type LayerType, type LayerValue } from '../record/context.ts';
import { layerIdOf, nodeIdOf } from './ids.ts';
import { type Completeness, gradeOf, type LayerState, layerAt, stepTextOf } from './layers.ts';
import { type MessagesContent, messagesOf } from './messages.ts';
import { contextText, loadSteps, type OpenedContext } from './open.ts';
import { UNSEEN_KEY, wasSeen } from './starts.ts';
import { type ContextWindow, windowAt } from './window.ts';

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
  readonly content?: MessagesContent | Readonly<Record<string, unknown>>;
}

export interface NodeView {
  readonly node_id: string;
  readonly parent_node_id: string | null;
  readonly branch_type: BranchType;
  readonly trace_id: string;
  readonly step_index: number;
  readonly capture_completeness: Completeness;
  readonly subagent_trace_ids: readonly string[];
  readonly token_estimate: number;
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
  const lost = { texts: 0 };
  const layers = await Promise.all(wanted.map((type) => viewLayer(context, type, window, options, lost)));
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
    capture_completeness: worst(layers.map(({ completeness }) => completeness)),
    subagent_trace_ids: node.forks ?? [],
    token_estimate: window.tokens,
    capture_limitations: [...limitations],
    layers,
  };
}

async function viewLayer(
  context: OpenedContext,
  type: LayerType,
  window: ContextWindow,
  { full }: ViewOptions,
  lost: { texts: number },
): Promise<LayerView> {
  const { traceId, nodes, remote } = context;
  const state = type === 'messages' ? null : layerAt(nodes, type, window);
  const content =
    state === null
      ? await messagesContent(context, window, full, lost)
      : await factsContent(context, state, full, lost);
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
  { values }: LayerState,
  full: boolean,
  lost: { texts: number },
): Promise<Readonly<Record<string, unknown>>> {
  const content: Record<string, unknown> = Object.create(null);
  for (const [key, value] of values) {
    // Said by the reasons of the layer.
    if (key !== UNSEEN_KEY) content[key] = full ? await textOf(context, value, lost) : value;
  }
  return content;
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
