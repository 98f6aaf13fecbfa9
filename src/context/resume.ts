/** `ctx resume`: everything another agent needs to go on from a node. */
import type { BranchType } from '../record/context.ts';
import type { MessagesContent } from './messages.ts';
import { type LayerView, type NodeView, viewNode } from './node-view.ts';
import { loadSteps, type OpenedContext } from './open.ts';

export interface ResumePacket {
  readonly node_id: string;
  readonly trace_id: string;
  readonly agent: string;
  readonly step_index: number;
  readonly branch_type: BranchType;
  /** Native id of the step's entry, and its first byte in the source; null where they are not told. */
  readonly transcript_uuid: string | null;
  readonly transcript_offset: number | null;
  readonly capture_completeness: NodeView['capture_completeness'];
  readonly system_layer: LayerView;
  readonly messages: MessagesContent['messages'];
  readonly messages_layer: LayerView;
  readonly tool_registry: LayerView;
  readonly runtime_state: LayerView;
  readonly env: Readonly<Record<'cwd' | 'permission_mode' | 'model' | 'effort_level', string | null>>;
  /** MCP servers by name, with the state the session told of them. */
  readonly mcp_state: Readonly<Record<string, unknown>>;
  readonly trail_anchor_hint: null;
  readonly capture_limitations: readonly string[];
}

/** `OT_BLOB_MISSING_OFFLINE` (exit 4) for a text that is not here, with `offline`. */
export async function resumeAt(
  context: OpenedContext,
  step: number,
  offline: boolean,
): Promise<ResumePacket> {
  const node = await viewNode(context, step, { full: true, offline });
  const [system, messages, tools, runtime] = node.layers as [LayerView, LayerView, LayerView, LayerView];
  const origin = (await loadSteps(context, [step])).steps.get(step)?.origin;
  const { node_id, trace_id, step_index, branch_type, capture_completeness, capture_limitations } = node;
  return {
    node_id,
    trace_id,
    agent: context.row.agent,
    step_index,
    branch_type,
    transcript_uuid: origin?.uuid ?? origin?.message_id ?? null,
    transcript_offset: origin?.offset ?? null,
    capture_completeness,
    system_layer: system,
    messages: (messages.content as MessagesContent).messages,
    messages_layer: messages,
    tool_registry: tools,
    runtime_state: runtime,
    env: envOf(runtime.content as Readonly<Record<string, unknown>>),
    mcp_state: serversOf(tools.content as Readonly<Record<string, unknown>>),
    trail_anchor_hint: null,
    capture_limitations,
  };
}

function envOf(runtime: Readonly<Record<string, unknown>>): ResumePacket['env'] {
  const text = (key: string): string | null => {
    const value = runtime[key];
    return typeof value === 'string' ? value : null;
  };
  return {
    cwd: text('cwd'),
    permission_mode: text('permission_mode'),
    model: text('model'),
    effort_level: text('effort_level'),
  };
}

const SERVER = 'mcp_server/';

function serversOf(tools: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const servers: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(tools)) {
    if (key.startsWith(SERVER)) servers[key.slice(SERVER.length)] = value;
  }
  return servers;
}
