/** Nodes of a map while it is made: they get their ids from their step and their place in it. */
import type { MapNode } from './map-node.ts';

/** What is known of a node before the others are. */
export type Draft = Partial<MapNode> & Pick<MapNode, 'action_type' | 'step_index'>;
type Building = { -readonly [Key in keyof MapNode]: MapNode[Key] };

export class NodeList {
  readonly traceId: string;
  readonly #nodes: Building[] = [];
  /** Step of the instruction that is being worked on, and its node. */
  #instruction: { readonly step: number; readonly id: string } | null;
  #unit = { step: 0, id: '', nodes: 0 };

  /** `instruction`: step of the last instruction before the first node; null when there is none. */
  constructor(traceId: string, instruction: number | null) {
    this.traceId = traceId;
    this.#instruction =
      instruction === null ? null : { step: instruction, id: nodeId(traceId, instruction, 1) };
  }

  /** Adds a node and returns its id. Steps come in order, all nodes of one together. */
  add(draft: Draft): string {
    const step = draft.step_index;
    if (step !== this.#unit.step) this.#unit = { step, id: unitId(this.traceId, step), nodes: 0 };
    this.#unit.nodes += 1;
    const last = this.#nodes.at(-1);
    const node = this.#nodeOf(draft, nodeId(this.traceId, step, this.#unit.nodes), last?.node_id ?? null);
    if (last !== undefined) last.next_node_id = node.node_id;
    this.#nodes.push(node);
    return node.node_id;
  }

  /** Adds what a person asked for, the first node of its step; the nodes after it are its children. */
  addInstruction(draft: Draft): void {
    this.#instruction = null;
    this.#instruction = { id: this.add(draft), step: draft.step_index };
  }

  nodes(): readonly MapNode[] {
    return this.#nodes;
  }

  /** Every field by its name: a long trace has hundreds of thousands of nodes, and spreading is slow. */
  #nodeOf(draft: Draft, node_id: string, previous_node_id: string | null): Building {
    return {
      node_id,
      unit_id: this.#unit.id,
      action_type: draft.action_type,
      step_index: draft.step_index,
      start_step_index: draft.step_index,
      end_step_index: draft.step_index,
      parent_node_id: draft.parent_node_id ?? this.#instruction?.id ?? null,
      previous_node_id,
      next_node_id: null,
      tool_name: draft.tool_name ?? null,
      tool_call_id: draft.tool_call_id ?? null,
      files_read: draft.files_read ?? NONE,
      files_modified: draft.files_modified ?? NONE,
      anchor_refs: draft.anchor_refs ?? NONE,
      patch_refs: draft.patch_refs ?? NONE,
      signal_refs: draft.signal_refs ?? NONE,
      text_preview: draft.text_preview ?? '',
      confidence: draft.confidence ?? 'deterministic',
      active_user_step: this.#instruction?.step ?? null,
      metadata: draft.metadata ?? {},
    };
  }
}

const NONE: readonly string[] = [];

function nodeId(traceId: string, step: number, place: number): string {
  return `tmn:${traceId}:${step}.${place}`;
}

/** A step as a unit of search. */
export function unitId(traceId: string, step: number): string {
  return `tu:${traceId}:${step}`;
}
