/**
 * What the documents of the reading commands promise, key by key: a key that is missing, new or of another type
 * breaks those who read them. Names follow the fields of opentraces; what is ours beside them is marked.
 */
import * as z from 'zod/mini';
import { ACTION_TYPES, EDGE_TYPES } from '../../src/trace/map-node.ts';

const text = z.string();
const maybe = z.nullable(z.string());
const texts = z.array(text);
const count = z.int().check(z.gte(0));
const stepNumber = z.int().check(z.gte(1));
const share = z.number().check(z.gte(0));
const NODE_ID = /^tmn:[0-9a-f-]{36}:(?:burst:[1-9]\d*|[1-9]\d*\.[1-9]\d*)$/;
const nodeId = text.check(z.regex(NODE_ID));
const unitId = text.check(z.regex(/^tu:[0-9a-f-]{36}:[1-9]\d*$/));
const patchId = text.check(z.regex(/^tp:[0-9a-f-]{36}:[1-9]\d*\.[1-9]\d*$/));
const anchor = text.check(z.regex(/^c:[0-9a-f]{7,64}$/));
const uuid = text.check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));
const confidence = z.enum(['deterministic', 'heuristic']);
const limitations = z.array(z.strictObject({ code: text, count }));

const node = {
  node_id: nodeId,
  unit_id: unitId,
  action_type: z.enum(ACTION_TYPES),
  step_index: stepNumber,
  start_step_index: stepNumber,
  end_step_index: stepNumber,
  parent_node_id: z.nullable(nodeId),
  previous_node_id: z.nullable(nodeId),
  next_node_id: z.nullable(nodeId),
  tool_name: maybe,
  files_read: texts,
  files_modified: texts,
  anchor_refs: z.array(anchor),
  signal_refs: z.array(text.check(z.regex(/^(?:error|test\.result|commit\.sha):./))),
  text_preview: text.check(z.maxLength(160)),
  confidence,
  active_user_step: z.nullable(stepNumber),
  metadata: z.record(text, z.unknown()),
  // Ours.
  tool_call_id: maybe,
  patch_refs: z.array(patchId),
};

const quote = z.strictObject({ step_index: stepNumber, text });

export const Burst = z.strictObject({
  ...node,
  action_type: z.literal('change_burst'),
  step_range: z.tuple([stepNumber, stepNumber]),
  intent: z.strictObject({
    trigger: z.nullable(quote),
    most_substantive_spec: z.nullable(quote),
    spec_chain: z.array(quote),
    burst_commit_sha: maybe,
    commit_subject: maybe,
  }),
  unique_files: z.record(text, count),
  patches: z.array(
    z.strictObject({
      patch_id: patchId,
      file_path: text,
      step_index: stepNumber,
      commit_sha: maybe,
      git_anchor_id: z.nullable(anchor),
      evidence_firmness: z.enum(['provisional', 'unknown']),
      evidence_tier: z.null(),
    }),
  ),
  unique_git_anchors: z.array(anchor),
  has_git_anchor: z.boolean(),
  burst_commit_sha: maybe,
  edit_count: count,
  contributing_node_ids: z.array(nodeId),
  tool_call_density: share,
  quality_signals: z.strictObject({
    tool_call_count: count,
    error_signal_count: count,
    test_run_count: count,
    tests_passed: count,
    tests_failed: count,
  }),
  blast_radius: z.strictObject({
    lines_added: count,
    lines_removed: count,
    files_touched: count,
    test_files_touched: count,
    docs_files_touched: count,
    src_files_touched: count,
  }),
  // Ours.
  ordinal: stepNumber,
  context_range: z.tuple([stepNumber, stepNumber]),
  subagent_refs: texts,
});

const edge = z.strictObject({
  edge_type: z.enum(EDGE_TYPES),
  from: nodeId,
  to: text.check(z.regex(/^(?:tmn:|t:|file:)./)),
});
const map = { nodes: z.array(z.union([z.strictObject(node), Burst])), edges: z.array(edge) };
const TraceMap = z.strictObject(map);

function document<Shape extends z.core.$ZodLooseShape>(schema: string, shape: Shape) {
  return z.strictObject({
    status: z.literal('ok'),
    schema_version: z.literal(schema),
    next_steps: texts,
    ...shape,
  });
}

export const MapDocument = document('opentraces.trace.map.v1', {
  trace_id: uuid,
  mode: z.enum(['nodes', 'bursts']),
  ...map,
  remote: maybe,
  limitations,
});

const Slice = z.strictObject({
  schema_version: z.literal('opentraces.trace_slice.v1'),
  slice_id: text.check(z.regex(/^tsl:[0-9a-f-]{36}:[1-9]\d*-[1-9]\d*$/)),
  trace_id: uuid,
  generation_index: z.literal(0),
  source: text,
  template: z.nullable(z.literal('bursts')),
  start_step_index: stepNumber,
  end_step_index: stepNumber,
  map: TraceMap,
  steps: z.array(z.looseObject({ step_index: stepNumber, role: text })),
  map_node_refs: z.array(nodeId),
  trace_patch_refs: z.array(patchId),
  git_anchor_refs: z.array(anchor),
  metadata: z.strictObject({ burst_ordinal: z.optional(stepNumber), burst: z.optional(Burst) }),
  limitations,
});

export const SliceDocument = document('opentraces.trace.slice.v1', {
  trace_id: uuid,
  mode: z.enum(['bursts', 'steps', 'around_step', 'around_patch']),
  template: z.nullable(z.literal('bursts')),
  slices: z.array(Slice),
  remote: maybe,
  limitations,
});

const facet = z.strictObject({
  name: text,
  value: text,
  source: z.enum(['exact_schema', 'tool_input', 'bash_command', 'test_output', 'file_path', 'dependency']),
  confidence,
  evidence_ref: text,
  // Ours.
  count,
});
const signal = z.strictObject({
  name: text,
  value: text,
  confidence,
  evidence_refs: texts,
  metadata: z.record(text, z.number()),
});

export const Candidate = z.strictObject({
  unit_id: unitId,
  unit_type: z.literal('step'),
  trace_id: uuid,
  project_slug: text,
  title: maybe,
  intent_preview: maybe,
  candidate_kind: z.literal('trace_step'),
  match_explanation: text,
  score: share,
  score_parts: z.record(text, z.number()),
  matched_fields: texts,
  facets: z.array(facet),
  signals: z.array(signal),
  skills: texts,
  files: texts,
  test_commands: texts,
  trail_refs: texts,
  map_ref: text,
  map_node_refs: z.array(nodeId),
  refs: z.record(text, text),
  slice_preview: TraceMap,
  limitations: texts,
  metadata: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
  // Ours.
  step_index: stepNumber,
  role: maybe,
  timestamp: maybe,
  excerpts: z.array(z.strictObject({ field: text, text, highlights: z.array(z.tuple([z.int(), z.int()])) })),
});

/** `search_diagnostics` is for people: only the keys that are always there are promised. */
export const QueryDocument = z.looseObject({
  status: z.literal('ok'),
  schema_version: z.literal('opentraces.trace.query.v1'),
  next_steps: texts,
  source: z.literal('catalog'),
  sort: z.enum(['relevance', 'time']),
  total: count,
  total_returned: count,
  limit: count,
  has_more: z.boolean(),
  next_cursor: maybe,
  candidates: z.array(Candidate),
  limitations: z.array(z.strictObject({ code: z.literal('words_left_out'), count, words: texts })),
  search_diagnostics: z.looseObject({ expression: text, indexed: count }),
  freshness: z.looseObject({
    stale: z.boolean(),
    stale_reason: maybe,
    built_at: maybe,
    source_hash: text.check(z.regex(/^sha256:[0-9a-f]{64}$/)),
    rebuild_recommended: z.boolean(),
  }),
});

const totals = {
  traces: count,
  calls: count,
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_write_tokens: count,
  cost_usd: z.nullable(share),
  unpriced_calls: count,
  stated_totals: count,
};

export const StatsDocument = document('opentraces.trace.stats.v1', {
  by: z.nullable(z.enum(['day', 'agent', 'model', 'project'])),
  groups: z.array(z.strictObject({ key: maybe, label: text, ...totals })),
  total: z.strictObject(totals),
  duplicate_calls: count,
  prices: z.strictObject({ date: text.check(z.regex(/^\d{4}-\d\d-\d\d$/)), source: text }),
  findings: z.array(z.unknown()),
});

export const SkillsDocument = document('opentraces.trace.skills.v1', {
  skills: z.array(
    z.strictObject({
      name: text,
      uses: stepNumber,
      sources: z.record(text, count),
      first_used: maybe,
      last_used: maybe,
      traces: z.array(z.strictObject({ trace_id: uuid, steps: z.array(stepNumber) })),
    }),
  ),
  findings: z.array(z.unknown()),
});

export const ExportDocument = z.union([
  document('opentraces.trace.export.v1', { trace_id: uuid, format: z.literal('markdown'), markdown: text }),
  document('opentraces.trace.export.v1', {
    trace_id: uuid,
    format: z.literal('agent-trace'),
    record: z.record(text, z.unknown()),
  }),
]);
