/** Steps of hits, found in the bytes of their segments: only what is wanted is decoded. */
import { OtError } from '../base/errors.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { decodeStep, inflateStep } from '../bucket/steps.ts';
import { TraceFolder } from '../bucket/trace-folder.ts';
import type { IndexedSegment, TraceInfo, TraceLookup } from '../catalog/lookup.ts';
import { isPrompt, type Step } from '../record/step.ts';

export interface StepPlace {
  /** Number of the trace in the catalog. */
  readonly trace: number;
  readonly step: number;
}

/** How a stored step says that it is one: its keys are in the order of the alphabet, without blanks. */
const PROMPT = '"kind":"prompt"';

interface FoundStep {
  readonly segment: SegmentText | null;
  /** Place of the step's line in it; -1 when there is none. */
  readonly line: number;
  readonly step: Step | null;
}

/** For the hits of one query: a segment that holds several of them is read once. */
export class StepReader {
  readonly #lookup: TraceLookup;
  readonly #shelves: readonly Shelf[];
  readonly #segments = new Map<string, Promise<SegmentText | null>>();
  readonly #found = new Map<string, Promise<FoundStep>>();

  constructor(lookup: TraceLookup, shelves: readonly Shelf[]) {
    this.#lookup = lookup;
    this.#shelves = shelves;
  }

  /** Large texts inline as far as they are here; null for a step that is damaged or not here. */
  async at(place: StepPlace): Promise<Step | null> {
    return (await this.#find(place)).step;
  }

  /** The last step before a place with a request of a person; null when there is none. */
  async promptBefore(place: StepPlace): Promise<number | null> {
    const rows = this.#lookup.segments(place.trace);
    const earlier = rows.findLast(({ first, prompt }) => first < firstOf(place.step) && prompt !== null);
    const own = rows.find(({ first }) => first === firstOf(place.step))?.prompt ?? null;
    if (own !== null && own < place.step) return own;
    return (own === null ? null : await this.#promptBeside(place)) ?? earlier?.prompt ?? null;
  }

  /** The same within the segment of the place. */
  async #promptBeside(place: StepPlace): Promise<number | null> {
    const { segment, line: from } = await this.#find(place);
    for (let at = from - 1; at >= 0; at -= 1) {
      const line = segment?.line(at) ?? '';
      const step = line.includes(PROMPT) ? await this.#decode(place.trace, line) : null;
      if (step !== null && isPrompt(step)) return step.step_index;
    }
    return null;
  }

  /** The last step of a trace in which the model says something; null when it never does. */
  lastSaid(trace: number): number | null {
    return this.#lookup.segments(trace).findLast(({ said }) => said !== null)?.said ?? null;
  }

  #find(place: StepPlace): Promise<FoundStep> {
    const key = `${place.trace}:${place.step}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#search(place);
      this.#found.set(key, found);
    }
    return found;
  }

  async #search({ trace, step: wanted }: StepPlace): Promise<FoundStep> {
    const rows = this.#lookup.segments(trace);
    const own = rows.find(({ first }) => first === firstOf(wanted));
    const segment = own === undefined ? null : await this.#segment(trace, own);
    for (const line of segment?.candidates(wanted) ?? []) {
      const step = await this.#decode(trace, segment!.line(line));
      if (step?.step_index === wanted) return { segment, line, step };
    }
    return { segment, line: -1, step: null };
  }

  async #decode(trace: number, line: string): Promise<Step | null> {
    const info = this.#lookup.info(trace);
    const shelf = info === null ? undefined : this.#shelfOf(info);
    if (info === null || shelf === undefined || line === '') return null;
    try {
      const step = decodeStep(line, `trace ${info.trace_id}`);
      const folder = new TraceFolder(shelf.objects, info.trace_id, info.tree);
      return line.includes('"$blob"') ? await inflateStep(step, folder, shelf.objects, leave) : step;
    } catch (error) {
      if (error instanceof OtError) return null;
      throw error;
    }
  }

  #segment(trace: number, { oid }: IndexedSegment): Promise<SegmentText | null> {
    const info = this.#lookup.info(trace);
    const shelf = info === null ? undefined : this.#shelfOf(info);
    const key = `${info?.remote}\0${oid}`;
    let segment = this.#segments.get(key);
    if (segment === undefined) {
      segment = readText(shelf, oid);
      this.#segments.set(key, segment);
    }
    return segment;
  }

  #shelfOf({ remote }: TraceInfo): Shelf | undefined {
    return this.#shelves.find((shelf) => (shelf.remote ?? '') === remote);
  }
}

/** A text that is not here stays a reference. */
function leave(): void {}

/** Null for a segment that is not here. */
async function readText(shelf: Shelf | undefined, oid: string): Promise<SegmentText | null> {
  try {
    const found = (await shelf?.objects.read(oid)) ?? null;
    return found === null ? null : new SegmentText(found.data);
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

function firstOf(step: number): number {
  return Math.floor((step - 1) / SEGMENT_STEPS) * SEGMENT_STEPS + 1;
}

/** A segment file by its lines. */
class SegmentText {
  readonly #bytes: Buffer;
  /** Offsets where lines begin, and one behind the last line end. */
  readonly #starts = [0];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, end + 1))
      this.#starts.push(end + 1);
    if (this.#starts.at(-1) !== bytes.length) this.#starts.push(bytes.length + 1);
  }

  /** Empty for a place where no line is. */
  line(at: number): string {
    const [start, end] = [this.#starts[at], this.#starts[at + 1]];
    return start === undefined || end === undefined ? '' : this.#bytes.toString('utf8', start, end - 1);
  }

  /** Places of lines that may be a step's: an argument of a call may have the same name as a step's number. */
  *candidates(step: number): Generator<number> {
    const key = `"step_index":${step},`;
    const usual = (step - 1) % SEGMENT_STEPS;
    if (this.line(usual).includes(key)) yield usual;
    for (let at = 0; at < this.#starts.length - 1; at += 1)
      if (at !== usual && this.line(at).includes(key)) yield at;
  }
}
