/** `trace skills`: which skills were used, how they were called, and where. */
import type { ListedTrace } from '../bucket/list.ts';
import { SkillReader, type SkillSource, type SkillUse } from '../record/skills.ts';
import type { Step } from '../record/step.ts';
import { forEachStep, type ReadingAll } from './all-steps.ts';

export interface SkillRow {
  readonly name: string;
  readonly uses: number;
  readonly sources: Readonly<Record<SkillSource, number>>;
  readonly first_used: string | null;
  readonly last_used: string | null;
  /** Where it was used, oldest trace first. */
  readonly traces: ReadonlyArray<{ readonly trace_id: string; readonly steps: readonly number[] }>;
}

/** Skills of all traces, the most used first. */
export async function skillsOf(listed: readonly ListedTrace[], reading: ReadingAll): Promise<SkillRow[]> {
  const tally = new SkillTally();
  await forEachStep(listed, ({ row }, step) => tally.add(row.trace_id, step), reading);
  return tally.end();
}

interface Draft {
  readonly name: string;
  readonly sources: Record<SkillSource, number>;
  first: string | null;
  last: string | null;
  readonly traces: Map<string, Set<number>>;
}

/** Takes the steps of one trace after the other. */
export class SkillTally {
  readonly #drafts = new Map<string, Draft>();
  #reader = new SkillReader();
  #trace: string | null = null;

  add(traceId: string, step: Step): void {
    if (traceId !== this.#trace) this.#reader = new SkillReader();
    this.#trace = traceId;
    for (const use of this.#reader.read(step)) this.#note(traceId, use, step.timestamp ?? null);
  }

  end(): SkillRow[] {
    const rows = [...this.#drafts.values()].map(rowOf);
    return rows.sort((left, right) => right.uses - left.uses || (left.name < right.name ? -1 : 1));
  }

  #note(traceId: string, { name, source, step_index: step }: SkillUse, time: string | null): void {
    let draft = this.#drafts.get(name);
    if (draft === undefined) {
      draft = { name, sources: { tool: 0, command: 0, file: 0 }, first: null, last: null, traces: new Map() };
      this.#drafts.set(name, draft);
    }
    draft.sources[source] += 1;
    if (time !== null && (draft.first === null || time < draft.first)) draft.first = time;
    if (time !== null && (draft.last === null || time > draft.last)) draft.last = time;
    const steps = draft.traces.get(traceId);
    if (steps === undefined) draft.traces.set(traceId, new Set([step]));
    else steps.add(step);
  }
}

function rowOf({ name, sources, first, last, traces }: Draft): SkillRow {
  return {
    name,
    uses: sources.tool + sources.command + sources.file,
    sources,
    first_used: first,
    last_used: last,
    traces: [...traces].map(([trace_id, steps]) => ({ trace_id, steps: [...steps] })),
  };
}
