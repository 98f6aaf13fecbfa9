/** `trace stats`: tokens and cost of every trace, each model call counted once wherever it was written down. */
import type { ListedTrace } from '../bucket/list.ts';
import { isUnused, type Step } from '../record/step.ts';
import type { MetaRow } from '../record/trace.ts';
import { forEachStep, type ReadingAll } from './all-steps.ts';
import { costOf } from './cost.ts';

export const GROUPINGS = ['day', 'agent', 'model', 'project'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Totals {
  /** Traces with a call, or with stated totals, in this group. */
  readonly traces: number;
  readonly calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  /** US dollars of the calls that have a price, to a millionth; null when none has. */
  readonly cost_usd: number | null;
  /** Calls whose model has no price or whose prompt was not counted: `cost_usd` leaves them out. */
  readonly unpriced_calls: number;
  /** Traces with tokens that only the session as a whole states: they are of no call, and `cost_usd` leaves them out. */
  readonly stated_totals: number;
}

export interface StatsGroup extends Totals {
  /** Day (UTC), agent, model or project id; null when the call does not tell. */
  readonly key: string | null;
  /** What people call it: of a project its name. */
  readonly label: string;
}

export interface Stats {
  readonly by: Grouping | null;
  readonly groups: readonly StatsGroup[];
  readonly total: Totals;
  /** Calls found again in another trace, such as a resumed session's copy of its past. */
  readonly duplicate_calls: number;
}

/** Adds up every trace, the oldest first, so that the first writer of a call has it. */
export async function statsOf(
  listed: readonly ListedTrace[],
  by: Grouping | null,
  reading: ReadingAll,
): Promise<Stats> {
  const tally = new StatsTally(by);
  await forEachStep(listed, ({ row }, step) => tally.add(row, step), {
    ...reading,
    onRead: ({ row }) => tally.endTrace(row),
  });
  return tally.end();
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

interface Tokens {
  input: number;
  output: number;
  read: number;
  write: number;
}

interface Sum extends Tokens {
  readonly key: string | null;
  label: string;
  readonly traces: Set<string>;
  calls: number;
  /** Millionths of a dollar: sums of small amounts stay exact enough to compare. */
  micros: number;
  unpriced: number;
  stated: number;
}

/** What the steps of one trace told so far. */
interface Told extends Tokens {
  readonly traceId: string;
  readonly models: Set<string>;
}

function nothingTold(traceId: string): Told {
  return { traceId, input: 0, output: 0, read: 0, write: 0, models: new Set() };
}

/** Adds up model calls; each is known by the agent and the id of its message. */
export class StatsTally {
  readonly #by: Grouping | null;
  readonly #groups = new Map<string, Sum>();
  readonly #total = emptySum(null, 'total');
  readonly #seen = new Set<string>();
  #duplicates = 0;
  #told = nothingTold('');

  constructor(by: Grouping | null) {
    this.#by = by;
  }

  /** Steps of a trace come one after another. */
  add(row: MetaRow, step: Step): void {
    if (step.token_usage === undefined || isUnused(step.token_usage)) return;
    this.#note(row, step);
    if (this.#isDuplicate(row, step)) {
      this.#duplicates += 1;
      return;
    }
    const day = step.timestamp?.slice(0, 10) ?? null;
    const cost = costOf(step.model, day, step.token_usage);
    for (const sum of this.#sums(row, step.model ?? null, day)) addCall(sum, row.trace_id, step, cost);
  }

  /**
   * Adds what only the session as a whole states: its totals without what its steps told. Whose part of them a
   * model is, and on which day, is known where there was but one.
   */
  endTrace(row: MetaRow): void {
    const told = this.#told.traceId === row.trace_id ? this.#told : nothingTold(row.trace_id);
    const rest = {
      input: Math.max(0, row.tokens.input - told.input),
      output: Math.max(0, row.tokens.output - told.output),
      read: Math.max(0, row.tokens.cache_read - told.read),
      write: Math.max(0, row.tokens.cache_write - told.write),
    };
    if (rest.input + rest.output + rest.read + rest.write === 0) return;
    for (const sum of this.#sums(row, onlyModel(row, told), onlyDay(row))) {
      addTokens(sum, row.trace_id, rest);
      sum.stated += 1;
    }
  }

  end(): Stats {
    const groups = [...this.#groups.values()].sort((left, right) => compareGroups(this.#by, left, right));
    return {
      by: this.#by,
      groups: groups.map((sum) => ({ key: sum.key, label: sum.label, ...totalsOf(sum) })),
      total: totalsOf(this.#total),
      duplicate_calls: this.#duplicates,
    };
  }

  #isDuplicate(row: MetaRow, { origin }: Step): boolean {
    const id = origin.message_id ?? origin.uuid;
    if (id === undefined) return false;
    const key = `${row.agent}\0${id}`;
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }

  #note(row: MetaRow, { token_usage: usage, model }: Step): void {
    if (this.#told.traceId !== row.trace_id) this.#told = nothingTold(row.trace_id);
    const told = this.#told;
    told.input += usage!.input_tokens;
    told.output += usage!.output_tokens;
    told.read += usage!.cache_read_tokens;
    told.write += usage!.cache_write_tokens;
    if (typeof model === 'string') told.models.add(model);
  }

  #sums(row: MetaRow, model: string | null, day: string | null): Sum[] {
    if (this.#by === null) return [this.#total];
    const [key, label] = groupOf(this.#by, row, model, day);
    const name = key === null ? '\0' : key;
    let sum = this.#groups.get(name);
    if (sum === undefined) {
      sum = emptySum(key, label);
      this.#groups.set(name, sum);
    }
    return [this.#total, sum];
  }
}

function onlyModel(row: MetaRow, { models }: Told): string | null {
  if (models.size > 1) return null;
  const [model = row.model ?? null] = models;
  return model;
}

function onlyDay({ timestamp_start: start, timestamp_end: end }: MetaRow): string | null {
  const day = end?.slice(0, 10) ?? null;
  return start?.slice(0, 10) === day ? day : null;
}

function groupOf(
  by: Grouping,
  row: MetaRow,
  model: string | null,
  day: string | null,
): readonly [string | null, string] {
  switch (by) {
    case 'day':
      return [day, day ?? 'no time'];
    case 'agent':
      return [row.agent, row.agent];
    case 'model':
      return [model, model ?? 'no model'];
    case 'project':
      return [row.project.id, row.project.name];
  }
}

function emptySum(key: string | null, label: string): Sum {
  return {
    key,
    label,
    traces: new Set(),
    calls: 0,
    input: 0,
    output: 0,
    read: 0,
    write: 0,
    micros: 0,
    unpriced: 0,
    stated: 0,
  };
}

function addCall(sum: Sum, traceId: string, { token_usage: usage }: Step, cost: number | null): void {
  addTokens(sum, traceId, {
    input: usage!.input_tokens,
    output: usage!.output_tokens,
    read: usage!.cache_read_tokens,
    write: usage!.cache_write_tokens,
  });
  sum.calls += 1;
  if (cost === null) sum.unpriced += 1;
  else sum.micros += cost * 1_000_000;
}

function addTokens(sum: Sum, traceId: string, { input, output, read, write }: Tokens): void {
  sum.traces.add(traceId);
  sum.input += input;
  sum.output += output;
  sum.read += read;
  sum.write += write;
}

function totalsOf(sum: Sum): Totals {
  return {
    traces: sum.traces.size,
    calls: sum.calls,
    input_tokens: sum.input,
    output_tokens: sum.output,
    cache_read_tokens: sum.read,
    cache_write_tokens: sum.write,
    cost_usd: isUnpriced(sum) ? null : Math.round(sum.micros) / 1_000_000,
    unpriced_calls: sum.unpriced,
    stated_totals: sum.stated,
  };
}

function isUnpriced({ calls, unpriced, stated }: Sum): boolean {
  return unpriced === calls && calls + stated > 0;
}

/** Days in order, the rest by what was spent. */
function compareGroups(by: Grouping | null, left: Sum, right: Sum): number {
  const named = compare(left.key ?? '\uffff', right.key ?? '\uffff');
  return by === 'day' ? named : right.micros - left.micros || right.output - left.output || named;
}
