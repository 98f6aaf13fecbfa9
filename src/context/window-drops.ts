/** What leaves a window, step by step: compactions, and results that are taken out of it. */
import type { ContextNode, DroppedResult } from '../record/context.ts';
import { resultTokens } from './estimate.ts';
import type { WindowStep } from './window-step.ts';

type Drops = NonNullable<ContextNode['drops']>;

export class WindowDrops {
  /** Estimated tokens of each call's result, and its step. */
  readonly #results = new Map<string, { step: number; tokens: number }>();
  /** A boundary that has dropped what its summary would. */
  #boundary = 0;
  readonly #summaries: number[] = [];
  /** Drops that take effect once the model has written its summary. */
  #next: Drops['before'];
  #lacksBoundary = false;

  /** True when the step at hand is a summary that no boundary announced: what else it left in is not known. */
  get lacksBoundary(): boolean {
    return this.#lacksBoundary;
  }

  /** Steps in order, each once. */
  of(step: WindowStep): Drops | undefined {
    const before = this.#beforeOf(step);
    const results = this.#resultsOf(step);
    for (const [id, tokens] of resultTokens(step)) this.#results.set(id, { step: step.step_index, tokens });
    if (before === undefined && results === undefined) return undefined;
    return { ...(before === undefined ? {} : { before }), ...(results === undefined ? {} : { results }) };
  }

  #beforeOf(step: WindowStep): Drops['before'] {
    this.#lacksBoundary = false;
    const due = this.#next;
    this.#next = undefined;
    return this.#compactionOf(step) ?? due;
  }

  /** A summary without a boundary before it compacts all the same. */
  #compactionOf({ kind, role, step_index, metadata }: WindowStep): Drops['before'] {
    const kept = runsIn(metadata?.window_keeps);
    if (kind === 'compact_boundary') {
      this.#boundary = step_index;
      if (metadata?.by_model === true) return undefined;
      const first = metadata?.first_kept_step;
      const tail = typeof first === 'number' ? this.#runsFrom(first, step_index - 1) : [];
      return kept === null
        ? { keep: tail, ...(tail.length === 0 ? {} : { summary_first: true }) }
        : { keep: kept };
    }
    if (kind !== 'compact_summary') {
      if (kept === null) return undefined;
      const lead = metadata?.window_new_first;
      if (typeof lead !== 'number' || lead < 1) return { keep: kept };
      return { keep: kept, summary_first: true, ...(lead > 1 ? { lead } : {}) };
    }
    this.#summaries.push(step_index);
    const follows = this.#boundary === step_index - 1 && step_index > 1;
    if (role !== 'agent') {
      this.#lacksBoundary = !follows;
      return follows ? undefined : { keep: kept ?? [] };
    }
    // The call that writes the summary still sees everything; what comes after it does not.
    this.#next = { keep: [[follows ? step_index - 1 : step_index, step_index]] };
    return undefined;
  }

  /** Steps from `first` to `last` without summaries of earlier compactions: what stays are messages. */
  #runsFrom(first: number, last: number): [number, number][] {
    const runs: [number, number][] = [];
    let from = first;
    for (const summary of [...this.#summaries.filter((step) => step >= first && step <= last), last + 1]) {
      if (summary > from) runs.push([from, summary - 1]);
      from = summary + 1;
    }
    return runs;
  }

  #resultsOf({ metadata }: WindowStep): DroppedResult[] | undefined {
    const ids = metadata?.compacted_tool_ids;
    if (ids === undefined) return undefined;
    const known = Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
    return known.map((call_id) => ({ call_id, ...this.#results.get(call_id) }));
  }
}

function runsIn(value: unknown): [number, number][] | null {
  if (!Array.isArray(value)) return null;
  return value.filter(
    (run): run is [number, number] =>
      Array.isArray(run) && run.length === 2 && run.every(Number.isSafeInteger),
  );
}
