/** `trace get`: a trace assembled from its stored parts, whole or some of its steps. */
import { OtError } from '../base/errors.ts';
import { findTrace, openCopy, type TraceCopy } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { inflateStep, readSteps } from '../bucket/steps.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { ObservedDependencies } from '../record/source.ts';
import type { Step } from '../record/step.ts';
import type { TraceHead } from '../record/trace.ts';
import { enrichedHead, enrichmentOf } from './enrich.ts';

/** The TraceRecord of the opentraces schema, with our additions. */
export type TraceRecord = TraceHead & { readonly steps: readonly Step[] };

/** A range of steps (1-based, inclusive; the end may lie behind the last), the last step, or all. */
export type StepSelection = { readonly from: number; readonly to: number } | 'last' | 'all';

export interface FoundTrace {
  readonly head: TraceHead;
  /** The selected steps in order, large texts put back inline. */
  readonly steps: readonly Step[];
  /** What lock files pinned beside the first capture; null when none was seen, or a part was asked for. */
  readonly dependencies: ObservedDependencies | null;
  /** Remote whose sealed copy this is; null for our own raw trace. */
  readonly remote: string | null;
}

/**
 * Reads a trace by id or prefix. Throws `OT_TRACE_ID`, `OT_TRACE_AMBIGUOUS` (exit 2), `OT_TRACE_NOT_FOUND`,
 * `OT_STEP_NOT_FOUND` (exit 6), and what damaged records throw (exit 5).
 */
export async function getTrace(
  shelves: readonly Shelf[],
  reference: string,
  selection: StepSelection,
): Promise<FoundTrace> {
  const copy = await findTrace(shelves, reference);
  const remote = copy.tip.shelf.remote ?? null;
  try {
    return { ...(await readCopy(copy, selection)), remote };
  } catch (error) {
    throw remote === null ? error : notHere(error, remote);
  }
}

/** What a pull can bring is told with the command that does. */
function notHere(error: unknown, remote: string): unknown {
  if (!(error instanceof OtError) || error.code !== 'OT_OBJECT_MISSING') return error;
  return new OtError('OT_OBJECT_MISSING', 'corrupt', error.message, {
    hint: `fetch it: git ot bucket remote pull ${remote} --again`,
    cause: error,
  });
}

async function readCopy(copy: TraceCopy, selection: StepSelection): Promise<Omit<FoundTrace, 'remote'>> {
  const folder = openCopy(copy);
  // Asked first, and while the steps are read: it takes several trips of its own.
  const pinned = selection === 'all' ? folder.dependencies() : null;
  pinned?.catch(() => undefined);
  const head = await folder.head();
  const total = head.metrics.total_steps;
  const range = rangeOf(selection, total);
  if (range.from > Math.max(1, total)) throw noStep(copy.traceId, range.from, total);
  const steps = await inflated(folder, copy, await readSteps(folder, range.from, range.to));
  return { head, steps, dependencies: await pinned };
}

/** The whole record, in the schema's shape, with what follows from its steps and from what was seen beside them. */
export function recordOf({ head, steps, dependencies }: FoundTrace): TraceRecord {
  const enrichment = enrichmentOf(head.trace_id, steps, dependencies);
  return { ...enrichedHead(head, enrichment, dependencies), steps };
}

function inflated(folder: TraceFolder, copy: TraceCopy, steps: readonly Step[]): Promise<Step[]> {
  return Promise.all(steps.map((step) => inflateStep(step, folder, copy.tip.shelf.objects)));
}

function rangeOf(selection: StepSelection, total: number): { from: number; to: number } {
  if (selection === 'all') return { from: 1, to: total };
  if (selection === 'last') return { from: Math.max(1, total), to: total };
  return { from: selection.from, to: Math.min(selection.to, total) };
}

function noStep(traceId: string, step: number, total: number): OtError {
  return new OtError(
    'OT_STEP_NOT_FOUND',
    'not_found',
    `trace ${traceId} has no step ${step}: it has ${total}`,
  );
}
