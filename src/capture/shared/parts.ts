/**
 * A step grows by parts. The state of a step is a pure function of its draft and the order of its parts,
 * so parts that arrive late can be kept and applied in a second pass.
 */
import type { Step, StepKind, TokenUsage, ToolCall } from '../../record/step.ts';
import type { ParsedAttachment, ParsedStep } from '../session-source.ts';

/** A step under construction: {@link ParsedStep} with its fields known to the compiler. */
export interface DraftStep {
  step_index: number;
  readonly role: Step['role'] & string;
  readonly kind: StepKind;
  content?: string;
  reasoning_content?: string;
  model?: string;
  call_type?: 'main' | 'subagent';
  subagent_trajectory_ref?: string;
  readonly tool_calls: ToolCall[];
  /** The same calls by id; not part of the record. */
  readonly callsById: Map<string, ToolCall>;
  readonly observations: ParsedObservation[];
  readonly attachments: ParsedAttachment[];
  token_usage?: TokenUsage;
  readonly timestamp: string | null;
  readonly origin: Origin;
  stop_reason?: string;
  readonly metadata?: Record<string, unknown>;
}

/** What a step is made of; the rest comes in parts. */
export type StepSeed = Pick<
  DraftStep,
  'role' | 'kind' | 'model' | 'call_type' | 'timestamp' | 'origin' | 'metadata'
>;

/** An empty step with number `index`. */
export function draftOf(index: number, seed: StepSeed): DraftStep {
  return {
    step_index: index,
    ...seed,
    tool_calls: [],
    callsById: new Map(),
    observations: [],
    attachments: [],
  };
}

export interface Origin {
  readonly message_id?: string;
  readonly uuid?: string;
  readonly parent_uuid?: string | null;
  /**
   * Number of the step that this one follows, in a session whose entries form a tree; null at a root, absent
   * when it is the step before.
   */
  readonly parent_step?: number | null;
  /** The entry names a parent that is not in the source; it is taken to follow the step before. */
  readonly parent_missing?: boolean;
  /** Repeated from the log of the session that this one was forked from. */
  readonly inherited?: true;
  readonly line: number;
  readonly offset: number;
}

export interface ParsedObservation {
  readonly source_call_id: string;
  readonly content?: string;
  readonly error?: string;
  readonly metadata?: Record<string, unknown>;
}

export type Part =
  | { readonly part: 'text'; readonly text: string }
  | { readonly part: 'thinking'; readonly text: string }
  | { readonly part: 'call'; readonly call: ToolCall }
  | { readonly part: 'attachment'; readonly attachment: ParsedAttachment }
  | { readonly part: 'observation'; readonly observation: ParsedObservation }
  | { readonly part: 'link'; readonly callId: string; readonly traceId: string }
  | { readonly part: 'usage'; readonly usage?: TokenUsage; readonly stopReason?: string };

export function applyPart(step: DraftStep, part: Part): void {
  switch (part.part) {
    case 'text':
      step.content = joined(step.content, part.text);
      break;
    case 'thinking':
      step.reasoning_content = joined(step.reasoning_content, part.text);
      break;
    case 'call':
      step.tool_calls.push(part.call);
      step.callsById.set(part.call.tool_call_id, part.call);
      break;
    case 'attachment':
      step.attachments.push(part.attachment);
      break;
    case 'observation':
      applyObservation(step, part.observation);
      break;
    case 'link':
      applyLink(step, part.callId, part.traceId);
      break;
    case 'usage':
      applyUsage(step, part);
      break;
  }
}

function joined(before: string | undefined, text: string): string {
  return before === undefined ? text : `${before}\n${text}`;
}

function applyObservation(step: DraftStep, observation: ParsedObservation): void {
  step.observations.push(observation);
  const duration = observation.metadata?.duration_ms;
  const call = step.callsById.get(observation.source_call_id);
  if (call && typeof duration === 'number') call.duration_ms = duration;
}

function applyLink(step: DraftStep, callId: string, traceId: string): void {
  const call = step.callsById.get(callId);
  if (!call) return;
  call.subagent_trajectory_ref = traceId;
  step.subagent_trajectory_ref ??= traceId;
}

function applyUsage(step: DraftStep, part: Part & { part: 'usage' }): void {
  if (part.usage) step.token_usage = mergeUsage(step.token_usage, part.usage);
  if (part.stopReason !== undefined) step.stop_reason = part.stopReason;
}

/**
 * Usage of one message out of its entries: each field at its largest. Entries of one message repeat the
 * input counts and let the output count grow; a sum would count the same call several times.
 */
export function mergeUsage(before: TokenUsage | undefined, next: TokenUsage): TokenUsage {
  if (!before) return next;
  const hour = Math.max(before.cache_write_1h_tokens ?? 0, next.cache_write_1h_tokens ?? 0);
  return {
    input_tokens: Math.max(before.input_tokens, next.input_tokens),
    output_tokens: Math.max(before.output_tokens, next.output_tokens),
    cache_read_tokens: Math.max(before.cache_read_tokens, next.cache_read_tokens),
    cache_write_tokens: Math.max(before.cache_write_tokens, next.cache_write_tokens),
    ...(hour === 0 ? {} : { cache_write_1h_tokens: hour }),
    prefix_reuse_tokens: 0,
  };
}

/** The step as it leaves the window: every call without a result gets a `no_result` observation. */
export function finishStep(step: DraftStep): ParsedStep {
  const answered = new Set(step.observations.map((observation) => observation.source_call_id));
  for (const call of step.tool_calls) {
    if (answered.has(call.tool_call_id)) continue;
    step.observations.push({ source_call_id: call.tool_call_id, error: 'no_result' });
  }
  const { attachments, callsById: _, ...rest } = step;
  return attachments.length > 0 ? { ...rest, attachments } : rest;
}
