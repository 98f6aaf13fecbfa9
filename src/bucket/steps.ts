/** Reading steps back: segments to steps, and large values put back where they were taken from. */
import { OtError } from '../base/errors.ts';
import type { ObjectReader } from '../git/ports.ts';
import { decodeLine } from '../record/decode.ts';
import { Step } from '../record/step.ts';
import { SEGMENT_STEPS } from './layout.ts';
import type { TraceFolder } from './trace-folder.ts';

/**
 * Stored steps `from` to `to` (1-based, inclusive) in order; reads only the segments that hold them.
 * Throws `OT_RECORD_DAMAGED` on a line that is no step.
 */
export async function readSteps(folder: TraceFolder, from: number, to: number): Promise<Step[]> {
  const segments: Promise<Step[]>[] = [];
  const first = Math.floor((from - 1) / SEGMENT_STEPS) * SEGMENT_STEPS + 1;
  for (let start = first; start <= to; start += SEGMENT_STEPS) {
    segments.push(readSegment(folder, `steps/${folder.names.segment(start)}`));
  }
  const steps = (await Promise.all(segments)).flat();
  return steps.filter((step) => step.step_index >= from && step.step_index <= to);
}

async function readSegment(folder: TraceFolder, path: string): Promise<Step[]> {
  const text = (await folder.bytes(path)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => decodeStep(line, `trace ${folder.traceId} ${path} line ${index + 1}`));
}

/** One line of a segment file. */
export function decodeStep(line: string, where: string): Step {
  return decodeLine(Step, line, where);
}

/**
 * Puts large texts back inline and unescapes keys, giving the step as its agent wrote it. Attachments
 * keep their reference: they are bytes. A text whose blob is not in `blobs/` of this trace stays a reference;
 * one that is named there and lost throws `OT_OBJECT_MISSING`, or what damage throws. With `onLost`, which is
 * called for every text that cannot be read, each of these stays a reference and nothing is thrown.
 */
export async function inflateStep(
  step: Step,
  folder: TraceFolder,
  objects: ObjectReader,
  onLost?: () => void,
): Promise<Step> {
  const { attachments, ...fields } = step;
  if (!hasMarks(fields)) return step;
  const read = (oid: string): Promise<string | null> => readText(oid, folder, objects);
  const tolerant = onLost === undefined ? read : (oid: string) => readOrLose(read, oid, onLost);
  const inflated = (await inflate(fields, tolerant)) as Step;
  return attachments === undefined ? inflated : { ...inflated, attachments };
}

/** Whether some key begins with `$`: of anything else nothing is to be put back. */
function hasMarks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasMarks);
  return Object.entries(value).some(([key, member]) => key.startsWith('$') || hasMarks(member));
}

type ReadText = (oid: string) => Promise<string | null>;

async function readOrLose(read: ReadText, oid: string, onLost: () => void): Promise<string | null> {
  const text = await read(oid).catch((error: unknown) => {
    if (error instanceof OtError && error.kind === 'corrupt') return null;
    throw error;
  });
  if (text === null) onLost();
  return text;
}

async function inflate(value: unknown, read: ReadText): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => inflate(item, read)));
  const blob = blobOf(value);
  if (blob !== null) return (await read(blob)) ?? value;
  const entries: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    entries.push([key.startsWith('$$') ? key.slice(1) : key, await inflate(member, read)]);
  }
  return Object.fromEntries(entries);
}

/** Object id when the value is a reference of ours: a session's own `$` keys are stored as `$$`. */
export function blobOf(value: object): string | null {
  const oid = (value as { $blob?: unknown }).$blob;
  return typeof oid === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(oid) ? oid : null;
}

/** Number of texts of an inflated step that still stand as references: their blobs are not here. */
export function missingTexts({ attachments: _, ...step }: Step): number {
  let missing = 0;
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (blobOf(value) !== null) missing += 1;
    else for (const member of Object.values(value)) look(member);
  };
  look(step);
  return missing;
}

async function readText(oid: string, folder: TraceFolder, objects: ObjectReader): Promise<string | null> {
  if ((await folder.files()).get(folder.names.blob(oid)) !== oid) return null;
  const found = await objects.read(oid);
  if (found !== null) return found.data.toString('utf8');
  throw new OtError(
    'OT_OBJECT_MISSING',
    'corrupt',
    `not in the bucket: trace ${folder.traceId} blob ${oid}`,
    {
      hint: 'run: git ot bucket verify --full',
    },
  );
}
