/** A trace read as far as it is here: what is damaged or not here is counted, and the rest is read all the same. */
import { OtError } from '../base/errors.ts';
import { findTrace, openCopy, type TraceCopy } from '../bucket/find.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { decodeStep, inflateStep } from '../bucket/steps.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { Step } from '../record/step.ts';

/** `steps_missing` counts steps, `text_missing` texts of steps; both are damaged or not here. */
export interface ReadingGap {
  readonly code: 'steps_missing' | 'text_missing';
  readonly count: number;
}

export interface PresentTrace {
  readonly traceId: string;
  /** Number of steps the trace has. */
  readonly total: number;
  /** Those that are here, in order; a large text that is not stays a reference. */
  readonly steps: readonly Step[];
  /** Remote whose sealed copy this is; null for our own raw trace. */
  readonly remote: string | null;
  readonly limitations: readonly ReadingGap[];
}

/**
 * Reads a trace by id or prefix. Throws what `findTrace` throws, and what damage throws (exit 5) when not even
 * the number of steps can be told.
 */
export async function readPresent(shelves: readonly Shelf[], reference: string): Promise<PresentTrace> {
  const copy = await findTrace(shelves, reference);
  const folder = openCopy(copy);
  const total = await stepCount(folder);
  const lost = { texts: 0 };
  const firsts = Array.from(
    { length: Math.ceil(total / SEGMENT_STEPS) },
    (_, index) => index * SEGMENT_STEPS + 1,
  );
  const read = await Promise.all(firsts.map((first) => readSegment(copy, folder, first, total, lost)));
  const steps = read.flat();
  return {
    traceId: copy.traceId,
    total,
    steps,
    remote: copy.tip.shelf.remote ?? null,
    limitations: gapsOf(total - steps.length, lost.texts),
  };
}

/** Counts above zero, as limitations. */
export function gapsOf(steps: number, texts: number): ReadingGap[] {
  const gaps: ReadingGap[] = [
    { code: 'steps_missing', count: steps },
    { code: 'text_missing', count: texts },
  ];
  return gaps.filter(({ count }) => count > 0);
}

/** As the record says; as the manifest row does where the record is lost. */
async function stepCount(folder: TraceFolder): Promise<number> {
  try {
    return (await folder.head()).metrics.total_steps;
  } catch (error) {
    const meta = isDamage(error) ? await folder.meta().catch(() => null) : null;
    if (meta === null) throw error;
    return meta.step_count;
  }
}

async function readSegment(
  { tip }: TraceCopy,
  folder: TraceFolder,
  first: number,
  total: number,
  lost: { texts: number },
): Promise<Step[]> {
  const text = await orNull(() => folder.bytes(`steps/${folder.names.segment(first)}`));
  const last = Math.min(first + SEGMENT_STEPS - 1, total);
  const onLost = (): void => {
    lost.texts += 1;
  };
  const lines = text === null ? [] : text.toString('utf8').split('\n');
  const read = lines
    .filter((line) => line !== '')
    .map((line) =>
      orNull(async () =>
        inflateStep(decodeStep(line, `trace ${folder.traceId}`), folder, tip.shelf.objects, onLost),
      ),
    );
  const steps = (await Promise.all(read)).filter((step) => step !== null);
  return steps.filter(({ step_index: index }) => index >= first && index <= last);
}

async function orNull<T>(reading: () => Promise<T>): Promise<T | null> {
  try {
    return await reading();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof OtError && error.kind === 'corrupt';
}
