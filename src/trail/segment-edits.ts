/** Edits of steps as segments of the bucket hold them: each segment is read as seldom as memory allows. */
import type { Sqlite, SqliteStatement } from '../base/sqlite.ts';
import type { TraceCopy } from '../bucket/find.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import { openSegment } from '../catalog/segment-lines.ts';
import { type CallEdits, editsOfStep, type FileEdit, isUnconfirmed } from '../record/file-edits.ts';
import { ShownFile } from '../record/patch.ts';

/** What names a patch within its trace. */
export interface PatchName {
  readonly step: number;
  readonly ordinal: number;
}

/** The edits of one patch, and what its step and its result say. */
export interface ReadEdits {
  readonly edits: readonly FileEdit[];
  readonly model: string | null;
  /** The log says that there was no file. */
  readonly created: boolean;
  /** Where the log shows the file before. */
  readonly shown: ShownFile | null;
}

interface Kept {
  readonly found: ReadEdits | null;
  readonly bytes: number;
}

/** Bytes of edits that wait to be asked for. */
const MOST_BYTES = 32 * 1024 * 1024;
/** What an edit takes beside its texts. */
const EDIT_BYTES = 512;

export class SegmentEdits {
  /**
   * Set where about every patch of the repository will be asked for: the others of a segment that is read are kept
   * then, each until it is asked for.
   */
  keepsOthers = false;
  readonly #segment: SqliteStatement;
  readonly #patches: SqliteStatement;
  readonly #kept = new Map<string, Promise<Map<string, Kept>>>();
  #bytes = 0;

  constructor(database: Sqlite) {
    this.#segment = database.prepare('SELECT oid FROM segments WHERE trace = ? AND first = ?');
    this.#patches = database.prepare(
      'SELECT step, ordinal FROM patches WHERE trace = ? AND step >= ? AND step < ?',
    );
  }

  /**
   * Edits of patches of one segment of the trace with that number, in their order; null for one that cannot be
   * read, and for one of which the log does not say how it ended.
   */
  async take(trace: number, copy: TraceCopy, wanted: readonly PatchName[]): Promise<Array<ReadEdits | null>> {
    const first = firstOf(wanted[0]!);
    const key = `${trace} ${first}`;
    if (this.keepsOthers && !this.#kept.has(key) && this.#bytes < MOST_BYTES)
      this.#kept.set(key, this.#readAll(trace, copy, first));
    const kept = (await this.#kept.get(key)) ?? new Map<string, Kept>();
    const others = wanted.filter((name) => !kept.has(nameOf(name)));
    const read = others.length === 0 ? kept : await this.#read(trace, copy, others);
    return wanted.map((name) => this.#drop(kept, name) ?? read.get(nameOf(name))?.found ?? null);
  }

  async #readAll(trace: number, copy: TraceCopy, first: number): Promise<Map<string, Kept>> {
    const all = this.#patches.all<{ step: number; ordinal: number }>(trace, first, first + SEGMENT_STEPS);
    const read = await this.#read(trace, copy, all);
    for (const { bytes } of read.values()) this.#bytes += bytes;
    return read;
  }

  #drop(kept: Map<string, Kept>, name: PatchName): ReadEdits | null {
    const known = kept.get(nameOf(name));
    if (known === undefined) return null;
    kept.delete(nameOf(name));
    this.#bytes -= known.bytes;
    return known.found;
  }

  async #read(trace: number, copy: TraceCopy, wanted: readonly PatchName[]): Promise<Map<string, Kept>> {
    const found = new Map<string, Kept>();
    if (wanted.length === 0) return found;
    const first = firstOf(wanted[0]!);
    const [row] = this.#segment.all<{ oid: string }>(trace, first);
    const segment = row === undefined ? null : await openSegment(copy, { first, oid: row.oid });
    for (const index of new Set(wanted.map(({ step }) => step))) {
      const step = segment === null ? null : await segment.step(index);
      if (step === null) continue;
      for (const edits of editsOfStep(step)) {
        const name = nameOf({ step: index, ordinal: edits.ordinal });
        found.set(name, { found: readEdits(edits, step.model ?? null), bytes: sizeOf(edits) });
      }
    }
    for (const name of wanted)
      if (!found.has(nameOf(name))) found.set(nameOf(name), { found: null, bytes: EDIT_BYTES });
    return found;
  }
}

/** Number of the first step of the segment. */
export function firstOf({ step }: Pick<PatchName, 'step'>): number {
  return step - ((step - 1) % SEGMENT_STEPS);
}

function nameOf({ step, ordinal }: PatchName): string {
  return `${step}.${ordinal}`;
}

/** Null for those of which the log does not say how they ended. */
function readEdits({ edits, result }: CallEdits, model: string | null): ReadEdits | null {
  if (isUnconfirmed(result)) return null;
  const { before, type } = result?.metadata ?? {};
  const shown = before === undefined ? null : ShownFile.safeParse(before);
  return { edits, model, created: type === 'create', shown: shown?.success === true ? shown.data : null };
}

function sizeOf({ edits }: CallEdits): number {
  return edits.reduce((sum, edit) => sum + textSize(edit), EDIT_BYTES);
}

/** Characters of all texts in a value of few of them. */
function textSize(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + textSize(member), 0);
}
