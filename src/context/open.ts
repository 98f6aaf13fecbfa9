/** A trace opened for its context: its nodes, and steps and texts as they are asked for. */
import { OtError } from '../base/errors.ts';
import { readNodes } from '../bucket/context-nodes.ts';
import { findTrace, openCopy } from '../bucket/find.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { inflateStep, missingTexts, readSteps } from '../bucket/steps.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { ObjectReader } from '../git/ports.ts';
import type { Step } from '../record/step.ts';
import type { MetaRow } from '../record/trace.ts';
import { withStarts } from './starts.ts';
import type { NodeIndex } from './window.ts';

export interface OpenedContext {
  readonly traceId: string;
  /** Remote whose sealed copy this is; null for our own raw trace. */
  readonly remote: string | null;
  readonly row: MetaRow;
  /** Nodes by step; a step may have none. */
  readonly nodes: NodeIndex;
  /** Texts of instruction files that were seen at a start, by blob id. */
  readonly startTexts: ReadonlyMap<string, string>;
  readonly folder: TraceFolder;
  readonly objects: ObjectReader;
}

/**
 * Throws what `findTrace` throws, what damage throws (exit 5), and `OT_CONTEXT_NOT_CAPTURED` (exit 6) for a trace
 * that was captured before there was a context.
 */
export async function openContext(shelves: readonly Shelf[], reference: string): Promise<OpenedContext> {
  const copy = await findTrace(shelves, reference);
  const folder = openCopy(copy);
  const row = await folder.meta();
  const stored = readNodes(folder, row.step_count);
  const { nodes, texts } = await withStarts(stored, folder, row.step_count);
  if (nodes.size === 0 && row.step_count > 0) throw notCaptured(copy.traceId);
  const remote = copy.tip.shelf.remote ?? null;
  const { objects } = copy.tip.shelf;
  return { traceId: copy.traceId, remote, row, nodes, startTexts: texts, folder, objects };
}

function notCaptured(traceId: string): OtError {
  return new OtError('OT_CONTEXT_NOT_CAPTURED', 'not_found', `trace ${traceId} has no context here`, {
    hint: 'it was captured by an older version; its context comes when its session grows',
    payload: { limitations: ['context_tree_not_captured'] },
  });
}

/** Number of the step that was asked for. Throws `OT_STEP_NOT_FOUND` (exit 6). */
export function stepIn({ traceId, row, nodes }: OpenedContext, step: number | 'last'): number {
  const wanted = step === 'last' ? row.step_count : step;
  if (wanted < 1 || wanted > row.step_count) {
    throw new OtError(
      'OT_STEP_NOT_FOUND',
      'not_found',
      `trace ${traceId} has no step ${step}: it has ${row.step_count}`,
    );
  }
  if (nodes.has(wanted)) return wanted;
  throw new OtError(
    'OT_CONTEXT_NOT_CAPTURED',
    'not_found',
    `step ${wanted} of trace ${traceId} has no node`,
    {
      hint: 'run: git ot bucket verify',
      payload: { limitations: ['context_node_missing'] },
    },
  );
}

export interface LoadedSteps {
  readonly steps: ReadonlyMap<number, Step>;
  /** Steps and texts that are damaged or not here. */
  readonly missing: number;
}

/** These steps with their texts, as far as they are here; reads only the segments that hold them. */
export async function loadSteps(context: OpenedContext, wanted: Iterable<number>): Promise<LoadedSteps> {
  const numbers = new Set(wanted);
  const segments = new Set([...numbers].map((step) => step - ((step - 1) % SEGMENT_STEPS)));
  const read = await Promise.all([...segments].map((first) => loadSegment(context, first, numbers)));
  const steps = new Map(read.flat().map((step) => [step.step_index, step]));
  const texts = [...steps.values()].reduce((sum, step) => sum + missingTexts(step), 0);
  return { steps, missing: numbers.size - steps.size + texts };
}

async function loadSegment(
  { folder, objects }: OpenedContext,
  first: number,
  wanted: ReadonlySet<number>,
): Promise<Step[]> {
  try {
    const steps = await readSteps(folder, first, first + SEGMENT_STEPS - 1);
    const mine = steps.filter(({ step_index }) => wanted.has(step_index));
    return await Promise.all(mine.map((step) => inflateStep(step, folder, objects, () => undefined)));
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return [];
    throw error;
  }
}

/** A text of `context/blobs/`, or of a file that was seen at a start; null when it is not here. */
export async function contextText(context: OpenedContext, oid: string): Promise<string | null> {
  const { folder, objects, startTexts } = context;
  const seen = startTexts.get(oid);
  if (seen !== undefined) return seen;
  if ((await folder.files()).get(folder.names.contextBlob(oid)) !== oid) return null;
  return (await objects.read(oid))?.data.toString('utf8') ?? null;
}
