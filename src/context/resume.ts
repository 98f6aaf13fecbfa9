/** `ctx resume`: everything another agent needs to go on from a node. */
import type { BranchType } from '../record/context.ts';
import { traceLimitations } from './limitations.ts';
import type { MessagesContent } from './messages.ts';
import { type LayerView, type NodeView, viewNode } from './node-view.ts';
import type { OpenedContext } from './open.ts';
import { stepFacts } from './step-facts.ts';

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
  /** Commit that HEAD stood at, as hooks saw it: the files to go on with; null where none did. */
  readonly trail_anchor_hint: string | null;
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
  const { node_id, trace_id, step_index, branch_type, capture_completeness, capture_limitations } = node;
  return {
    node_id,
    trace_id,
    agent: context.row.agent,
    step_index,
    branch_type,
    transcript_uuid: node.transcript_uuid,
    transcript_offset: node.transcript_offset,
    capture_completeness,
    system_layer: system,
    messages: (messages.content as MessagesContent).messages,
    messages_layer: messages,
    tool_registry: tools,
    runtime_state: runtime,
    env: envOf(runtime.content as Readonly<Record<string, unknown>>),
    mcp_state: (tools.content as { mcp_servers: Readonly<Record<string, unknown>> }).mcp_servers,
    trail_anchor_hint: await headAt(context, step),
    capture_limitations: [...new Set([...capture_limitations, ...(await traceLimitations(context))])],
  };
}

/** The youngest HEAD that was seen at the time of the step or before it. */
async function headAt(context: OpenedContext, step: number): Promise<string | null> {
  const [seen, own] = [await context.folder.git(), await stepFacts(context, step)];
  const time = Date.parse(own.timestamp ?? '');
  const heads = (seen?.heads ?? []).filter(({ from }) => Date.parse(from) <= time);
  return heads.at(-1)?.commit ?? null;
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
