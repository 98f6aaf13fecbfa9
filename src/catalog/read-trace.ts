/** Reads what the catalog wants of one trace: its rows, and the segments that are not indexed yet. */
import { OtError } from '../base/errors.ts';
import type { TraceCopy } from '../bucket/find.ts';
import { openCopy } from '../bucket/find.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import { decodeStep, inflateStep } from '../bucket/steps.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { ObjectReader, Oid } from '../git/ports.ts';
import type { ObservedDependencies } from '../record/source.ts';
import type { Step } from '../record/step.ts';
import type { MetaRow, TraceHead } from '../record/trace.ts';
import { type ReadTurn, readTurnOf, type TurnRef, turnRefs } from './write-turns.ts';

/** A segment file as a trace folder lists it. */
export interface SegmentRef {
  /** Number of its first step. */
  readonly first: number;
  readonly oid: Oid;
}

export interface ReadSegment extends SegmentRef {
  readonly steps: readonly Step[];
  /** Steps and texts that are damaged or not here. */
  readonly gaps: number;
}

export interface ReadTrace {
  readonly copy: TraceCopy;
  readonly meta: MetaRow;
  /** Null when the record is damaged: the steps may be sound all the same. */
  readonly head: TraceHead | null;
  readonly segments: readonly SegmentRef[];
  /** Object id of what lock files pinned; null for none, and where that cannot be told. */
  readonly pins: Oid | null;
  /** Folder the session ran in; null when that cannot be told. */
  readonly cwd: string | null;
  /** Records of turns; only of our own traces, since a pulled one may claim anything of our work trees. */
  readonly turns: readonly TurnRef[];
}

/** Rejects with an `OtError` when the manifest row or a tree cannot be read. */
export async function readTrace(copy: TraceCopy): Promise<ReadTrace> {
  const folder = openCopy(copy);
  const isOwn = copy.tip.shelf.remote === undefined;
  const [meta, head, segments, pins, project, turns] = await Promise.all([
    folder.meta(),
    orNull(folder.head()),
    segmentsOf(copy, folder),
    orNull(folder.dependenciesOid()),
    orNull(folder.project()),
    isOwn ? orNull(turnRefs(folder)) : null,
  ]);
  return { copy, meta, head, segments, pins, cwd: project?.cwd ?? null, turns: turns ?? [] };
}

/** What lock files pinned; null when that is damaged or not here. */
export function readPins(copy: TraceCopy): Promise<ObservedDependencies | null> {
  return orNull(openCopy(copy).dependencies());
}

/** Turns of which the records can be read. */
export async function readTurns(copy: TraceCopy, refs: readonly TurnRef[]): Promise<ReadTurn[]> {
  const folder = openCopy(copy);
  const found: ReadTurn[] = [];
  for (const ref of refs) {
    const record = await orNull(folder.turn(folder.names.turn(ref.turn)));
    if (record !== null) found.push(readTurnOf(ref, record));
  }
  return found;
}

async function segmentsOf({ tip, tree }: TraceCopy, folder: TraceFolder): Promise<SegmentRef[]> {
  const { objects } = tip.shelf;
  const steps = (await objects.readTree(tree)).find(({ name }) => name === 'steps');
  if (steps?.mode !== '40000') return [];
  const entries = await objects.readTree(steps.oid);
  return entries.flatMap(({ name, oid, mode }) => {
    const first = /^(\d{5,7})\./.exec(name)?.[1];
    if (first === undefined || mode !== '100644' || name !== folder.names.segment(Number(first))) return [];
    return [{ first: Number(first), oid }];
  });
}

/** Steps of one segment, large texts inline. What cannot be read is a gap, so that the rest can be found. */
export async function readSegment(copy: TraceCopy, { first, oid }: SegmentRef): Promise<ReadSegment> {
  const { objects } = copy.tip.shelf;
  const blob = await orNull(objects.read(oid));
  if (blob === null || blob.type !== 'blob') return { first, oid, steps: [], gaps: 1 };
  const folder = openCopy(copy);
  const lines = blob.data.toString('utf8').split('\n');
  let lost = 0;
  const onLost = (): void => {
    lost += 1;
  };
  const read = await Promise.all(
    lines.filter((line) => line !== '').map((line) => readLine(line, folder, objects, onLost)),
  );
  const steps = read.filter((step): step is Step => step !== null && isOf(first, step));
  return { first, oid, steps, gaps: read.length - steps.length + lost };
}

async function readLine(
  line: string,
  folder: TraceFolder,
  objects: ObjectReader,
  onLost: () => void,
): Promise<Step | null> {
  try {
    const step = decodeStep(line, `trace ${folder.traceId}`);
    return line.includes('"$blob"') ? await inflateStep(step, folder, objects, onLost) : step;
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

/** A pulled record may claim any number: only those of its own segment are taken. */
function isOf(first: number, { step_index: index }: Step): boolean {
  return index >= first && index < first + SEGMENT_STEPS;
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}
