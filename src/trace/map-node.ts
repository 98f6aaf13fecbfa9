/** Nodes and edges of a trace map. */

export const ACTION_TYPES = [
  'user_instruction',
  'agent_message',
  'agent_plan',
  'tool_call',
  'tool_result',
  'skill_invocation',
  'file_read',
  'file_edit',
  'test_run',
  'error_signal',
  'patch_created',
  'git_anchor',
  'subagent_call',
  'snapshot',
  'security_finding',
  'final_response',
  'change_burst',
] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export interface MapNode {
  /** `tmn:<trace id>:<step>.<n>`, n from 1 within its step; of a burst `tmn:<trace id>:burst:<n>`. */
  readonly node_id: string;
  /** `tu:<trace id>:<step>`: the step as `trace query` finds it. */
  readonly unit_id: string;
  readonly action_type: ActionType;
  readonly step_index: number;
  readonly start_step_index: number;
  readonly end_step_index: number;
  /** The node this one belongs to: the instruction of its turn, or the call of a result. */
  readonly parent_node_id: string | null;
  /** The nodes before and after it; null at an end of the map, or of the part of it that is given. */
  readonly previous_node_id: string | null;
  readonly next_node_id: string | null;
  readonly tool_name: string | null;
  readonly tool_call_id: string | null;
  readonly files_read: readonly string[];
  readonly files_modified: readonly string[];
  /** `c:<abbreviated commit>`. */
  readonly anchor_refs: readonly string[];
  readonly patch_refs: readonly string[];
  /** `<name>:<value>` of the signals that `trace query` tells of: `error:exit_code:1`, `test.result:passed`. */
  readonly signal_refs: readonly string[];
  /** At most 160 characters, on one line. */
  readonly text_preview: string;
  readonly confidence: 'deterministic' | 'heuristic';
  /** Step of the instruction that was being worked on; null before the first. */
  readonly active_user_step: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export const EDGE_TYPES = [
  'parent_child',
  'previous_next',
  'causes',
  'observes',
  'edits',
  'tests',
  'anchors',
  'subagent',
] as const;

export interface MapEdge {
  readonly edge_type: (typeof EDGE_TYPES)[number];
  readonly from: string;
  /** A node id, `file:<path>` or `t:<trace id>`. */
  readonly to: string;
}

export interface TraceMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}
