/** Nodes of a map while it is made: they get their ids from their step and their place in it. */
import type { MapNode } from './map-node.ts';

/** What is known of a node before the others are. */
export type Draft = Partial<MapNode> & Pick<MapNode, 'action_type' | 'step_index'>;
type Placed = Draft & Pick<MapNode, 'node_id' | 'parent_node_id' | 'active_user_step'>;

export class NodeList {
  readonly traceId: string;
  readonly #drafts: Placed[] = [];
  /** Step of the instruction that is being worked on. */
  #instruction: number | null;
  #place = { step: 0, nodes: 0 };

  /** `instruction`: step of the last instruction before the first node; null when there is none. */
  constructor(traceId: string, instruction: number | null) {
    this.traceId = traceId;
    this.#instruction = instruction;
  }

  /** Adds a node and returns its id. Steps come in order, all nodes of one together. */
  add(draft: Draft): string {
    const step = draft.step_index;
    this.#place = step === this.#place.step ? { step, nodes: this.#place.nodes + 1 } : { step, nodes: 1 };
    const node_id = nodeId(this.traceId, step, this.#place.nodes);
    const instruction = this.#instruction;
    const parent = instruction === null ? null : nodeId(this.traceId, instruction, 1);
    const parent_node_id = draft.parent_node_id ?? parent;
    this.#drafts.push({ ...draft, node_id, parent_node_id, active_user_step: instruction });
    return node_id;
  }

  /** Adds what a person asked for, the first node of its step; the nodes after it are its children. */
  addInstruction(draft: Draft): void {
    this.#instruction = null;
    this.add(draft);
    this.#instruction = draft.step_index;
  }

  linked(): MapNode[] {
    return this.#drafts.map((draft, index) => ({
      ...EMPTY,
      unit_id: unitId(this.traceId, draft.step_index),
      start_step_index: draft.step_index,
      end_step_index: draft.step_index,
      ...draft,
      previous_node_id: this.#drafts[index - 1]?.node_id ?? null,
      next_node_id: this.#drafts[index + 1]?.node_id ?? null,
    }));
  }
}

function nodeId(traceId: string, step: number, place: number): string {
  return `tmn:${traceId}:${step}.${place}`;
}

/** A step as a unit of search. */
export function unitId(traceId: string, step: number): string {
  return `tu:${traceId}:${step}`;
}

const EMPTY = {
  tool_name: null,
  tool_call_id: null,
  files_read: [],
  files_modified: [],
  anchor_refs: [],
  patch_refs: [],
  signal_refs: [],
  text_preview: '',
  confidence: 'deterministic',
  metadata: {},
} as const;
