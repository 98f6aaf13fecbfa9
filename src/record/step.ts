/**
 * A step: one model call or one user turn of a trace, numbered from 1. Field names and meaning follow the
 * opentraces trace schema 0.9 (shared reference, section 1) so that its Python package loads what we
 * export; keys it does not know are marked "ours" and are ignored there.
 */
import * as z from 'zod/mini';

/** A large value kept as an object of its own under `blobs/<hh>/<oid>` of the same trace. */
export const BlobRef = z.looseObject({ $blob: z.string(), bytes: z.int() });
export type BlobRef = z.infer<typeof BlobRef>;

/** Text in a stored step: inline, or a reference when it is longer than 16 KiB of UTF-8. */
export const StoredText = z.union([z.string(), BlobRef]);
export type StoredText = z.infer<typeof StoredText>;

export const TokenUsage = z.looseObject({
  input_tokens: z.int(),
  output_tokens: z.int(),
  cache_read_tokens: z.int(),
  cache_write_tokens: z.int(),
  /** Ours: how many of `cache_write_tokens` are kept for an hour, which costs more; absent for none. */
  cache_write_1h_tokens: z.optional(z.int()),
  prefix_reuse_tokens: z.int(),
});
export type TokenUsage = z.infer<typeof TokenUsage>;

/** Agents write messages of their own, such as errors, in the model's name: nobody was asked. */
export function isUnused(usage: TokenUsage): boolean {
  return usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens === 0;
}

export const ToolCall = z.looseObject({
  tool_call_id: z.string(),
  tool_name: z.string(),
  /** Arguments as the model gave them; any long string inside may be a {@link BlobRef}. */
  input: z.unknown(),
  duration_ms: z.optional(z.nullable(z.int())),
  /** Ours: trace id of the sub-agent this call started. */
  subagent_trajectory_ref: z.optional(z.string()),
  /** Ours: what kind of call it was, and the edits in it as files and hunks. */
  metadata: z.optional(z.record(z.string(), z.unknown())),
});
export type ToolCall = z.infer<typeof ToolCall>;

export const Observation = z.looseObject({
  source_call_id: z.string(),
  content: z.optional(z.nullable(StoredText)),
  /** `no_result | tool_error | exit_code:N | interrupted | unlinked_response`. */
  error: z.optional(z.nullable(z.string())),
  /** Ours: the agent's structured view of the result, fields of interest only. */
  metadata: z.optional(z.record(z.string(), z.unknown())),
});
export type Observation = z.infer<typeof Observation>;

/** Ours: an image or document the step carried, kept as a blob of its decoded bytes. */
export const Attachment = z.looseObject({
  media_type: z.string(),
  $blob: z.string(),
  bytes: z.int(),
  /** The tool call whose result carried it; absent when the message itself did. */
  source_call_id: z.optional(z.string()),
});
export type Attachment = z.infer<typeof Attachment>;

export const STEP_KINDS = [
  'prompt',
  'model',
  'meta',
  'command',
  'compact_summary',
  'compact_boundary',
  'microcompact_boundary',
  'attachment',
  'api_error',
  'notice',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const Step = z.looseObject({
  step_index: z.int(),
  role: z.enum(['system', 'user', 'agent']),
  /** Ours: why this step exists; `prompt` and `model` are the ordinary ones. */
  kind: z.enum(STEP_KINDS),
  content: z.optional(z.nullable(StoredText)),
  reasoning_content: z.optional(z.nullable(StoredText)),
  model: z.optional(z.nullable(z.string())),
  agent_role: z.optional(z.nullable(z.string())),
  call_type: z.optional(z.nullable(z.enum(['main', 'subagent', 'warmup']))),
  parent_step: z.optional(z.nullable(z.int())),
  subagent_trajectory_ref: z.optional(z.nullable(z.string())),
  tool_calls: z.array(ToolCall),
  observations: z.array(Observation),
  attachments: z.optional(z.array(Attachment)),
  token_usage: z.optional(TokenUsage),
  timestamp: z.optional(z.nullable(z.string())),
  /** Ours: where the step came from: native message id and uuids, byte offset and line of its first row. */
  origin: z.looseObject({
    message_id: z.optional(z.string()),
    uuid: z.optional(z.string()),
    parent_uuid: z.optional(z.nullable(z.string())),
    /** A fork repeats it from the log of the session it came from, where it was done. */
    inherited: z.optional(z.boolean()),
    line: z.int(),
    offset: z.int(),
  }),
  stop_reason: z.optional(z.nullable(z.string())),
});
export type Step = z.infer<typeof Step>;

/** Whether a person asked for something in it, which the steps after it are then about. */
export function isPrompt({ kind }: Step): boolean {
  return kind === 'prompt';
}

/** Whether the model says something in it, in a text that is here. */
export function says({ kind, content }: Step): boolean {
  return kind === 'model' && typeof content === 'string' && content.trim() !== '';
}
