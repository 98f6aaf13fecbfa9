/** Every step of every trace, in bounded memory. */
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import type { ListedTrace } from '../bucket/list.ts';
import { readSteps } from '../bucket/steps.ts';
import type { Step } from '../record/step.ts';
import type { MetaRow } from '../record/trace.ts';

export interface ReadingAll {
  /** Hears of a trace that cannot be read to its end; rethrows what is no outcome of reading. */
  readonly onDamage: (copy: TraceCopy, error: unknown) => void;
  /** Hears of a trace behind its last step, when all of them could be read. */
  readonly onRead?: (trace: ListedTrace) => void;
  readonly onTrace?: (done: number, total: number) => void;
}

/** Steps read at once. */
const BLOCK = 1024;

/** Calls `visit` with the steps as they are stored, traces by their start, the oldest first. */
export async function forEachStep(
  listed: readonly ListedTrace[],
  visit: (trace: ListedTrace, step: Step) => void,
  { onDamage, onRead, onTrace }: ReadingAll,
): Promise<void> {
  const traces = [...listed].sort((left, right) => (orderOf(left.row) < orderOf(right.row) ? -1 : 1));
  for (const [index, trace] of traces.entries()) {
    try {
      await readTrace(trace, (step) => visit(trace, step));
      onRead?.(trace);
    } catch (error) {
      onDamage(trace.copies[0]!, error);
    }
    onTrace?.(index + 1, traces.length);
  }
}

async function readTrace({ row, copies }: ListedTrace, visit: (step: Step) => void): Promise<void> {
  const folder = openCopy(copies[0]!);
  for (let from = 1; from <= row.step_count; from += BLOCK) {
    const to = Math.min(from + BLOCK - 1, row.step_count);
    for (const step of await readSteps(folder, from, to)) visit(step);
  }
}

function orderOf(row: MetaRow): string {
  return `${row.timestamp_start ?? '9999'} ${row.trace_id}`;
}
