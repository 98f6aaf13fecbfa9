/**
 * What a step is by itself, read from its line alone: a schema of all that a step can be takes longer to load than
 * the rest of a window. Members are checked as they are read; a pulled trace is untrusted.
 */
import { OtError } from '../base/errors.ts';
import { type Fields, membersOf } from '../base/fields.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { OpenedContext } from './open.ts';

export interface StepFacts {
  /** Native id of the step's entry and of the one before it, and its first byte in the source; null where not told. */
  readonly transcript_uuid: string | null;
  readonly transcript_parent_uuid: string | null;
  readonly transcript_offset: number | null;
  /** Input tokens that a model call was billed, cached ones among them; null for another step. */
  readonly billed_input_tokens: number | null;
  /** ISO 8601 UTC. */
  readonly timestamp: string | null;
}

const NOTHING: StepFacts = {
  transcript_uuid: null,
  transcript_parent_uuid: null,
  transcript_offset: null,
  billed_input_tokens: null,
  timestamp: null,
};

/** All null for a step that is damaged or not here. */
export async function stepFacts({ folder }: OpenedContext, step: number): Promise<StepFacts> {
  const segment = await folder.bytes(`steps/${folder.names.segment(step)}`).catch(orNothing);
  const line = segment.toString('utf8').split('\n', SEGMENT_STEPS)[(step - 1) % SEGMENT_STEPS];
  const stored = parsed(line ?? '');
  if (stored.step_index !== step) return NOTHING;
  const { uuid, message_id, parent_uuid, offset } = membersOf(stored.origin);
  return {
    transcript_uuid: textOf(uuid) ?? textOf(message_id),
    transcript_parent_uuid: textOf(parent_uuid),
    transcript_offset: wholeOf(offset),
    billed_input_tokens: stored.kind === 'model' ? billedOf(membersOf(stored.token_usage)) : null,
    timestamp: textOf(stored.timestamp),
  };
}

function parsed(line: string): Fields {
  try {
    return membersOf(JSON.parse(line));
  } catch {
    return {};
  }
}

function billedOf({ input_tokens, cache_read_tokens, cache_write_tokens }: Fields): number | null {
  const sizes = [input_tokens, cache_read_tokens, cache_write_tokens].map((size) => wholeOf(size) ?? 0);
  const sum = sizes.reduce((total, size) => total + size, 0);
  return sum > 0 ? sum : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function orNothing(error: unknown): Buffer {
  if (error instanceof OtError && error.kind === 'corrupt') return Buffer.alloc(0);
  throw error;
}
