/** The patches that may have changed files of one code repository, with their texts. */
import { createHash } from 'node:crypto';
import type { Sqlite, SqliteStatement } from '../base/sqlite.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { readSegmentSteps } from '../catalog/read-trace.ts';
import { type CallEdits, editsOfStep, isUnconfirmed } from '../record/file-edits.ts';
import { ShownFile } from '../record/patch.ts';
import type { Place } from './places.ts';
import { ShownFiles } from './shown-files.ts';

/** A session of the repository that edited files. */
export interface EditingSession {
  /** Number of the trace in the catalog. */
  readonly id: number;
  readonly trace_id: string;
  readonly agent: string;
  readonly model: string | null;
  readonly tree: string;
  readonly remote: string;
  readonly ref: string;
  readonly cwd: string | null;
}

/** One patch and where it was made; its texts are not read yet. Times are in milliseconds since 1970. */
export interface PlacedPatch extends Place {
  readonly session: EditingSession;
  readonly step: number;
  readonly ordinal: number;
  readonly time: number;
  readonly effect: 'writes' | 'deletes';
  /** Stands for all that attribution takes from it. */
  readonly digest: string;
}

/** A patch with its texts. */
export interface FoundEdit extends CallEdits, PlacedPatch {
  /** As the agent wrote it; `path` is below the top of the work tree. */
  readonly written: string;
  readonly model: string | null;
  /** The file before the edit, as the log shows it. */
  readonly before?: { readonly blob: string; readonly text: () => Promise<string | null> };
}

export interface EditsWanted {
  /** Ids under which sessions of the repository may be known. */
  readonly projects: readonly string[];
  /** Top folders of its work trees here. */
  readonly roots: readonly string[];
}

/** Sessions of a repository: by project, and by folder below one of its work trees. */
export function sessionsOf(database: Sqlite, { projects, roots }: EditsWanted): EditingSession[] {
  const ids = projects.map(() => '?').join(', ') || 'NULL';
  const below = roots.map(() => "p.cwd = ? OR substr(p.cwd, 1, ?) = ? || '/'").join(' OR ') || '0';
  return database.all<EditingSession>(
    `SELECT t.id, t.trace_id, t.agent, t.model, t.tree, j.remote, j.ref, p.cwd FROM traces t
     JOIN journals j ON j.id = t.journal LEFT JOIN places p ON p.trace = t.id
     WHERE (t.project_id IN (${ids}) OR ${below}) AND EXISTS (SELECT 1 FROM patches e WHERE e.trace = t.id AND e.time IS NOT NULL)
     ORDER BY t.trace_id`,
    ...projects,
    ...roots.flatMap((root) => [root, root.length + 1, root]),
  );
}

/** When the first of the sessions' patches was made; null for none. */
export function firstEdit(database: Sqlite, sessions: readonly EditingSession[]): number | null {
  const statement = database.prepare('SELECT min(time) AS time FROM patches WHERE trace = ?');
  let first: number | null = null;
  for (const { id } of sessions) {
    const time = statement.all<{ time: number | null }>(id)[0]?.time ?? null;
    if (time !== null && (first === null || time < first)) first = time;
  }
  return first;
}

/** Segments whose edits are kept: neighbouring files are often edited in the same ones. */
const MOST_SEGMENTS = 512;

interface SegmentEdits {
  readonly model: ReadonlyMap<number, string | null>;
  readonly edits: ReadonlyMap<string, CallEdits>;
}

/** Reads texts of patches out of the bucket. */
export class EditReader {
  readonly #segmentIds: SqliteStatement;
  readonly #editingSteps: SqliteStatement;
  readonly #shelves: readonly Shelf[];
  readonly #segments = new Map<string, Promise<SegmentEdits | null>>();
  readonly #shown = new Map<string, ShownFiles>();

  constructor(database: Sqlite, shelves: readonly Shelf[]) {
    this.#segmentIds = database.prepare('SELECT oid FROM segments WHERE trace = ? AND first = ?');
    this.#editingSteps = database.prepare(
      'SELECT DISTINCT step FROM patches WHERE trace = ? AND step BETWEEN ? AND ?',
    );
    this.#shelves = shelves;
  }

  /** The patches in their order; those whose texts are not here, or of which the log does not say how they ended, are left out. */
  async read(patches: readonly PlacedPatch[]): Promise<FoundEdit[]> {
    const segments = await Promise.all(patches.map((patch) => this.#segment(patch)));
    return patches.flatMap((patch, at) => {
      const segment = segments[at] ?? null;
      const edits = segment?.edits.get(`${patch.step}.${patch.ordinal}`);
      if (segment === null || edits === undefined || isUnconfirmed(edits.result)) return [];
      const model = segment.model.get(patch.step) ?? patch.session.model;
      return [{ ...edits, ...patch, written: edits.path, model, ...this.#beforeOf(patch, edits) }];
    });
  }

  #beforeOf({ session }: PlacedPatch, { result }: CallEdits): Pick<FoundEdit, 'before'> {
    const shown = ShownFile.safeParse(result?.metadata?.before);
    const copy = copyOf(session, this.#shelves);
    if (!shown.success || copy === null) return {};
    return { before: { blob: shown.data.blob, text: () => this.#shownIn(copy).read(shown.data) } };
  }

  #shownIn(copy: TraceCopy): ShownFiles {
    let shown = this.#shown.get(copy.traceId);
    if (shown === undefined) {
      this.#shown.clear();
      shown = new ShownFiles(openCopy(copy));
      this.#shown.set(copy.traceId, shown);
    }
    return shown;
  }

  #segment({ session, step }: PlacedPatch): Promise<SegmentEdits | null> {
    const first = step - ((step - 1) % SEGMENT_STEPS);
    const key = `${session.trace_id} ${first}`;
    let edits = this.#segments.get(key);
    if (edits === undefined) {
      edits = this.#readSegment(session, first);
      if (this.#segments.size >= MOST_SEGMENTS) this.#segments.delete(this.#segments.keys().next().value!);
      this.#segments.set(key, edits);
    }
    return edits;
  }

  async #readSegment(session: EditingSession, first: number): Promise<SegmentEdits | null> {
    const copy = copyOf(session, this.#shelves);
    const [row] = this.#segmentIds.all<{ oid: string }>(session.id, first);
    if (copy === null || row === undefined) return null;
    const rows = this.#editingSteps.all<{ step: number }>(session.id, first, first + SEGMENT_STEPS - 1);
    return readEdits(
      copy,
      { first, oid: row.oid },
      rows.map(({ step }) => step),
    );
  }
}

async function readEdits(
  copy: TraceCopy,
  segment: { readonly first: number; readonly oid: string },
  wanted: readonly number[],
): Promise<SegmentEdits> {
  const edits = new Map<string, CallEdits>();
  const model = new Map<number, string | null>();
  for (const step of await readSegmentSteps(copy, segment, new Set(wanted))) {
    for (const each of editsOfStep(step)) {
      edits.set(`${step.step_index}.${each.ordinal}`, each);
      model.set(step.step_index, step.model ?? null);
    }
  }
  return { edits, model };
}

function copyOf(
  { trace_id: traceId, tree, remote, ref }: EditingSession,
  shelves: readonly Shelf[],
): TraceCopy | null {
  const shelf = shelves.find((each) => (each.remote ?? '') === remote);
  return shelf === undefined ? null : { traceId, tree, tip: { shelf, ref, lane: '', month: '', commit: '' } };
}

/** Id of a text as a git blob (SHA-1). */
export function blobIdOf(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
