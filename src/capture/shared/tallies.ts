/** Counts and token totals of a trace, kept beside the steps so that late parts are in them too. */
import type { TokenUsage } from '../../record/step.ts';
import type { Counts, Metrics } from '../../record/trace.ts';
import { cutText } from './fields.ts';
import { mergeUsage } from './parts.ts';

export class Tallies {
  userMessages = 0;
  agentMessages = 0;
  toolResults = 0;
  thinkingBlocks = 0;
  toolErrors = 0;
  images = 0;
  readonly #usage = new Map<number, TokenUsage>();
  readonly #models = new Map<string, number>();
  readonly #tools = new Map<string, number>();

  /** Usage as one entry of the message of step `index` told it. */
  addUsage(index: number, usage: TokenUsage): void {
    this.#usage.set(index, mergeUsage(this.#usage.get(index), usage));
  }

  addModel(model: string): void {
    this.#models.set(model, (this.#models.get(model) ?? 0) + 1);
  }

  addTool(name: string): void {
    this.#tools.set(name, (this.#tools.get(name) ?? 0) + 1);
  }

  /** The model of most messages, the first of equals; null when none is named. */
  mainModel(): string | null {
    let best: string | null = null;
    for (const [model, count] of this.#models) {
      if (best === null || count > (this.#models.get(best) ?? 0)) best = model;
    }
    return best;
  }

  models(): ReadonlyMap<string, number> {
    return this.#models;
  }

  tools(): ReadonlyMap<string, number> {
    return this.#tools;
  }

  counts(toolCalls: number, subagents: number): Counts {
    return {
      user_messages: this.userMessages,
      agent_messages: this.agentMessages,
      tool_calls: toolCalls,
      tool_results: this.toolResults,
      thinking_blocks: this.thinkingBlocks,
      tool_errors: this.toolErrors,
      subagents,
      images: this.images,
    };
  }

  /** `seconds`: between the first and the last timestamp of the source. */
  metrics(totalSteps: number, seconds: number | null): Metrics {
    const total = { input: 0, output: 0, read: 0, write: 0 };
    for (const usage of this.#usage.values()) {
      total.input += usage.input_tokens;
      total.output += usage.output_tokens;
      total.read += usage.cache_read_tokens;
      total.write += usage.cache_write_tokens;
    }
    const prompt = total.input + total.read + total.write;
    return {
      total_steps: totalSteps,
      total_input_tokens: total.input,
      total_output_tokens: total.output,
      total_cache_read_tokens: total.read,
      total_cache_creation_tokens: total.write,
      total_duration_s: seconds,
      cache_hit_rate: prompt === 0 ? null : Math.round((total.read / prompt) * 10_000) / 10_000,
    };
  }
}

const MAX_NAMES = 100;

/** At most 100 names; a name stands as data, never as a key of a plain object made by assignment. */
export function namedCounts(
  name: string,
  counts: ReadonlyMap<string, number>,
): Array<readonly [string, unknown]> {
  if (counts.size === 0) return [];
  const shown = [...counts].slice(0, MAX_NAMES).map(([key, count]) => [cutText(key, 200), count] as const);
  return [[name, Object.fromEntries(shown)]];
}
