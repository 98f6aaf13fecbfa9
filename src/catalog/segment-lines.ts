/** Single steps of a segment: only those that are asked for are decoded. */
import { OtError } from '../base/errors.ts';
import { isFields } from '../base/fields.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import { inflateStep } from '../bucket/steps.ts';
import type { Step } from '../record/step.ts';
import type { SegmentRef } from './read-trace.ts';

const STEP_INDEX = /"step_index":(\d{1,7})/g;

export class SegmentLines {
  readonly #copy: TraceCopy;
  /** Lines that name a step's number: a string's text has no bare quote, so that only members match. */
  readonly #lines = new Map<number, string[]>();

  constructor(copy: TraceCopy, text: string) {
    this.#copy = copy;
    for (const line of text.split('\n')) {
      for (const [, index] of line.matchAll(STEP_INDEX)) this.#add(Number(index), line);
    }
  }

  #add(index: number, line: string): void {
    const lines = this.#lines.get(index);
    if (lines === undefined) this.#lines.set(index, [line]);
    else lines.push(line);
  }

  /** The step with its large texts inline; null when it is not here or damaged. Only what edits are read from is checked. */
  async step(index: number): Promise<Step | null> {
    for (const line of this.#lines.get(index) ?? []) {
      const step = stepIn(line);
      if (step?.step_index === index) return line.includes('"$blob"') ? this.#inflated(step) : step;
    }
    return null;
  }

  async #inflated(step: Step): Promise<Step | null> {
    try {
      return await inflateStep(step, openCopy(this.#copy), this.#copy.tip.shelf.objects, () => undefined);
    } catch (error) {
      if (error instanceof OtError) return null;
      throw error;
    }
  }
}

/** Null when the segment cannot be read. */
export async function openSegment(copy: TraceCopy, { oid }: SegmentRef): Promise<SegmentLines | null> {
  try {
    const blob = await copy.tip.shelf.objects.read(oid);
    return blob?.type === 'blob' ? new SegmentLines(copy, blob.data.toString('utf8')) : null;
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

function stepIn(line: string): Step | null {
  try {
    const step: unknown = JSON.parse(line);
    return isStep(step) ? step : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Far cheaper than the schema of a whole step. */
function isStep(value: unknown): value is Step {
  if (!isFields(value)) return false;
  const { step_index: index, tool_calls: calls, observations, model } = value;
  return (
    Number.isSafeInteger(index) &&
    (model === undefined || model === null || typeof model === 'string') &&
    Array.isArray(calls) &&
    calls.every(
      (call) => isFields(call) && isText(call.tool_call_id) && isText(call.tool_name) && isOpen(call),
    ) &&
    Array.isArray(observations) &&
    observations.every((each) => isFields(each) && isText(each.source_call_id) && isOpen(each))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isOpen({ metadata, error }: Readonly<Record<string, unknown>>): boolean {
  const isKnown = error === undefined || error === null || typeof error === 'string';
  return isKnown && (metadata === undefined || isFields(metadata));
}
