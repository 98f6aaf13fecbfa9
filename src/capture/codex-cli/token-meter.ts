/**
 * Tokens per model call out of `token_count` events: each tells the running total and the last call. The
 * growth of the total is what was used since the event before; where it is more than the last call, the
 * rest belongs to a call that was cut off before its own event.
 */
import type { TokenUsage } from '../../record/step.ts';
import { countOf, type Fields, fieldsOf } from '../shared/fields.ts';

/** Input (cached part included), cached part of it, output (reasoning included). */
interface Count {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

export type AssignUsage = (step: number, usage: TokenUsage) => void;

export class TokenMeter {
  readonly #assign: AssignUsage;
  #total: Count | undefined;
  /** Number of the youngest model step, and what it used so far. */
  #step = 0;
  #used: Count | undefined;
  /** An older model step that no event told of. */
  #unpaid = 0;

  constructor(assign: AssignUsage) {
    this.#assign = assign;
  }

  openStep(step: number): void {
    if (this.#step > 0 && this.#used === undefined) this.#unpaid = this.#step;
    this.#step = step;
    this.#used = undefined;
  }

  /** True when the event tells of a call, false when it repeats what is known. */
  read(info: Fields | undefined): boolean {
    const last = countIn(info?.last_token_usage);
    const total = countIn(info?.total_token_usage);
    if (last === undefined || total === undefined) return false;
    const delta = this.#total === undefined ? last : (minus(total, this.#total) ?? last);
    this.#total = total;
    if (delta.input === 0 && delta.output === 0) return false;
    this.#share(delta, last);
    return true;
  }

  #share(delta: Count, last: Count): void {
    const rest = this.#unpaid > 0 ? minus(delta, last) : undefined;
    if (rest && rest.input + rest.output > 0) {
      this.#assign(this.#unpaid, usageOf(rest));
      this.#add(last);
    } else this.#add(delta);
    this.#unpaid = 0;
  }

  #add(count: Count): void {
    this.#used = this.#used === undefined ? count : plus(this.#used, count);
    this.#assign(this.#step, usageOf(this.#used));
  }
}

function countIn(value: unknown): Count | undefined {
  const fields = fieldsOf(value);
  if (!fields) return undefined;
  const input = countOf(fields.input_tokens);
  const cached = Math.min(input, countOf(fields.cached_input_tokens));
  return { input, cached, output: countOf(fields.output_tokens) };
}

/** Undefined when the difference is no growth: the count began anew. */
function minus(after: Count, before: Count): Count | undefined {
  const input = after.input - before.input;
  const cached = after.cached - before.cached;
  const output = after.output - before.output;
  return Math.min(input, cached, output) < 0 || cached > input ? undefined : { input, cached, output };
}

function plus(a: Count, b: Count): Count {
  return { input: a.input + b.input, cached: a.cached + b.cached, output: a.output + b.output };
}

/** Input without its cached part, as in every record. */
function usageOf({ input, cached, output }: Count): TokenUsage {
  return {
    input_tokens: input - cached,
    output_tokens: output,
    cache_read_tokens: cached,
    cache_write_tokens: 0,
    prefix_reuse_tokens: 0,
  };
}
