/**
 * The trace record (`trace.<t6>`) without its steps, and the manifest row (`meta.<t6>`). Names follow the
 * opentraces trace schema 0.9; FORMAT.md describes both with examples.
 */
import * as z from 'zod/mini';

/** Version of the opentraces schema our export follows. */
export const TRACE_SCHEMA_VERSION = '0.9.0';
/** Version of the manifest row. */
export const META_SCHEMA_VERSION = 'opentraces.bucket.row.v1';

export const Counts = z.looseObject({
  /** User turns: entries typed by a person, tool results excluded. */
  user_messages: z.int(),
  /** Distinct model messages (one `message.id` written in several entries counts once). */
  agent_messages: z.int(),
  tool_calls: z.int(),
  tool_results: z.int(),
  thinking_blocks: z.int(),
  tool_errors: z.int(),
  subagents: z.int(),
  images: z.int(),
});
export type Counts = z.infer<typeof Counts>;

export const Metrics = z.looseObject({
  total_steps: z.int(),
  total_input_tokens: z.int(),
  total_output_tokens: z.int(),
  total_cache_read_tokens: z.int(),
  total_cache_creation_tokens: z.int(),
  total_duration_s: z.optional(z.nullable(z.number())),
  cache_hit_rate: z.optional(z.nullable(z.number())),
});
export type Metrics = z.infer<typeof Metrics>;

/** Something the capture could not read as the format says; never fatal by itself. */
export const Limitation = z.looseObject({
  /** `bad_line | glued_line | invalid_utf8 | truncated_last_line | unknown_entry | unlinked_result | ...` */
  code: z.string(),
  count: z.int(),
  /** First place: 1-based line and 0-based byte offset of that line in the source. */
  line: z.optional(z.int()),
  offset: z.optional(z.int()),
  detail: z.optional(z.string()),
});
export type Limitation = z.infer<typeof Limitation>;

/** `trace.<t6>`: the TraceRecord without its steps. */
export const TraceHead = z.looseObject({
  schema_version: z.string(),
  trace_id: z.string(),
  session_id: z.string(),
  /** Ours: version of the parser that derived this record. */
  parser_version: z.int(),
  /** Ours: trace id of the parent session when this is a sub-agent. */
  parent_trace_id: z.optional(z.string()),
  /** Ours: one line for lists, at most 120 characters. */
  title: z.nullable(z.string()),
  timestamp_start: z.optional(z.nullable(z.string())),
  timestamp_end: z.optional(z.nullable(z.string())),
  task: z.looseObject({
    description: z.optional(z.nullable(z.string())),
    source: z.optional(z.nullable(z.string())),
    repository: z.optional(z.nullable(z.string())),
    repository_url: z.optional(z.nullable(z.string())),
    base_commit: z.optional(z.nullable(z.string())),
  }),
  agent: z.looseObject({
    name: z.string(),
    version: z.optional(z.nullable(z.string())),
    model: z.optional(z.nullable(z.string())),
  }),
  environment: z.looseObject({
    os: z.optional(z.nullable(z.string())),
    vcs: z.looseObject({
      type: z.enum(['git', 'none']),
      base_commit: z.optional(z.nullable(z.string())),
      branch: z.optional(z.nullable(z.string())),
    }),
  }),
  outcome: z.looseObject({
    success: z.optional(z.nullable(z.boolean())),
    terminal_state: z.optional(z.nullable(z.string())),
  }),
  metrics: Metrics,
  /** Ours: independent counts, checked against a tally that shares no code with the parser. */
  counts: Counts,
  /** Ours: everything the capture could not read, by code. */
  limitations: z.array(Limitation),
  metadata: z.record(z.string(), z.unknown()),
});
export type TraceHead = z.infer<typeof TraceHead>;

export const ProjectRef = z.looseObject({
  /** `g-<12 hex>` of the smallest root commit, or `p-<12 hex>` of the folder's path. */
  id: z.string(),
  /** Shown to people, never compared. */
  name: z.string(),
});
export type ProjectRef = z.infer<typeof ProjectRef>;

/** `meta.<t6>`: enough for status, list and manifest without opening the trace; under 2 KB. */
export const MetaRow = z.looseObject({
  schema_version: z.literal(META_SCHEMA_VERSION),
  trace_id: z.string(),
  agent: z.string(),
  agent_version: z.optional(z.nullable(z.string())),
  model: z.optional(z.nullable(z.string())),
  session_id: z.string(),
  parser_version: z.int(),
  project: ProjectRef,
  /** Trace id of the parent session when this is a sub-agent. */
  parent_trace_id: z.optional(z.string()),
  title: z.nullable(z.string()),
  timestamp_start: z.nullable(z.string()),
  timestamp_end: z.nullable(z.string()),
  step_count: z.int(),
  counts: Counts,
  tokens: z.looseObject({ input: z.int(), output: z.int(), cache_read: z.int(), cache_write: z.int() }),
  /** Bytes of the raw sources: also in the sealed copy, where it tells the longer of two. */
  raw_bytes: z.int(),
  sources: z.int(),
  limitation_count: z.int(),
  /** Over the names and object ids of all other files of the trace: `sha256:<hex>`, see FORMAT.md. */
  files_digest: z.string(),
});
export type MetaRow = z.infer<typeof MetaRow>;
