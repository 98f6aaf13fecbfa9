/** `trace stats`: tokens and cost of every trace, each model call counted once wherever it was written down. */
import type { ListedTrace } from '../bucket/list.ts';
import { isUnused, type Step } from '../record/step.ts';
import type { MetaRow } from '../record/trace.ts';
import { forEachStep, type ReadingAll } from './all-steps.ts';
import { costOf } from './cost.ts';

export const GROUPINGS = ['day', 'agent', 'model', 'project'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Totals {
  /** Traces with a call in this group. */
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
  await forEachStep(listed, ({ row }, step) => tally.add(row, step), reading);
  return tally.end();
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

interface Sum {
  readonly key: string | null;
  label: string;
  readonly traces: Set<string>;
  calls: number;
  input: number;
  output: number;
  read: number;
  write: number;
  /** Millionths of a dollar: sums of small amounts stay exact enough to compare. */
  micros: number;
  unpriced: number;
}

/** Adds up model calls; each is known by the agent and the id of its message. */
export class StatsTally {
  readonly #by: Grouping | null;
  readonly #groups = new Map<string, Sum>();
  readonly #total = emptySum(null, 'total');
  readonly #seen = new Set<string>();
  #duplicates = 0;

  constructor(by: Grouping | null) {
    this.#by = by;
  }

  add(row: MetaRow, step: Step): void {
    if (step.token_usage === undefined || isUnused(step.token_usage)) return;
    if (this.#isDuplicate(row, step)) {
      this.#duplicates += 1;
      return;
    }
    const day = step.timestamp?.slice(0, 10) ?? null;
    const cost = costOf(step.model, day, step.token_usage);
    const sums = this.#by === null ? [this.#total] : [this.#total, this.#group(row, step, day)];
    for (const sum of sums) addCall(sum, row.trace_id, step, cost);
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

  #group(row: MetaRow, step: Step, day: string | null): Sum {
    const [key, label] = groupOf(this.#by!, row, step, day);
    const name = key === null ? '\0' : key;
    let sum = this.#groups.get(name);
    if (sum === undefined) {
      sum = emptySum(key, label);
      this.#groups.set(name, sum);
    }
    return sum;
  }
}

function groupOf(
  by: Grouping,
  row: MetaRow,
  step: Step,
  day: string | null,
): readonly [string | null, string] {
  switch (by) {
    case 'day':
      return [day, day ?? 'no time'];
    case 'agent':
      return [row.agent, row.agent];
    case 'model':
      return [step.model ?? null, step.model ?? 'no model'];
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
  };
}

function addCall(sum: Sum, traceId: string, { token_usage: usage }: Step, cost: number | null): void {
  sum.traces.add(traceId);
  sum.calls += 1;
  sum.input += usage!.input_tokens;
  sum.output += usage!.output_tokens;
  sum.read += usage!.cache_read_tokens;
  sum.write += usage!.cache_write_tokens;
  if (cost === null) sum.unpriced += 1;
  else sum.micros += cost * 1_000_000;
}

function totalsOf(sum: Sum): Totals {
  return {
    traces: sum.traces.size,
    calls: sum.calls,
    input_tokens: sum.input,
    output_tokens: sum.output,
    cache_read_tokens: sum.read,
    cache_write_tokens: sum.write,
    cost_usd: sum.unpriced === sum.calls && sum.calls > 0 ? null : Math.round(sum.micros) / 1_000_000,
    unpriced_calls: sum.unpriced,
  };
}

/** Days in order, the rest by what was spent. */
function compareGroups(by: Grouping | null, left: Sum, right: Sum): number {
  const named = compare(left.key ?? '\uffff', right.key ?? '\uffff');
  return by === 'day' ? named : right.micros - left.micros || right.output - left.output || named;
}
