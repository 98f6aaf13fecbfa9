/** The patches that may have changed files of one code repository, with their texts. */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { readSegment } from '../catalog/read-trace.ts';
import { type CallEdits, editsOfStep } from '../record/file-edits.ts';
import { ShownFile } from '../record/patch.ts';
import { type Place, type PlaceOptions, placesOf } from './places.ts';

/** One patch, found and placed. Times are in milliseconds since 1970. */
export interface FoundEdit extends CallEdits, Place {
  /** Number of the trace in the catalog. */
  readonly trace: number;
  readonly traceId: string;
  readonly step: number;
  readonly time: number;
  readonly agent: string;
  readonly model: string | null;
  readonly before?: { readonly blob: string; readonly text: () => Promise<string | null> };
}

interface PatchPlace {
  readonly trace: number;
  readonly step: number;
  readonly ordinal: number;
  readonly time: number;
  readonly path: string;
}

interface TraceRow {
  readonly id: number;
  readonly trace_id: string;
  readonly agent: string;
  readonly model: string | null;
  readonly tree: string;
  readonly remote: string;
  readonly ref: string;
  readonly cwd: string | null;
}

export interface EditsWanted {
  /** Ids under which sessions of the repository may be known. */
  readonly projects: readonly string[];
  /** Top folders of its work trees here. */
  readonly roots: readonly string[];
}

/** A session that edited files, and where; texts are not read yet. */
export interface PlacedSession {
  readonly row: TraceRow;
  readonly patches: ReadonlyArray<PatchPlace>;
}

/** Sessions of a repository with their patches: by project, and by folder below one of its work trees. */
export function sessionsOf(database: Sqlite, { projects, roots }: EditsWanted): PlacedSession[] {
  const ids = projects.map(() => '?').join(', ') || 'NULL';
  const below = roots.map(() => "p.cwd = ? OR substr(p.cwd, 1, ?) = ? || '/'").join(' OR ') || '0';
  const rows = database.all<TraceRow>(
    `SELECT t.id, t.trace_id, t.agent, t.model, t.tree, j.remote, j.ref, p.cwd FROM traces t JOIN journals j ON j.id = t.journal
     LEFT JOIN places p ON p.trace = t.id WHERE t.project_id IN (${ids}) OR ${below} ORDER BY t.trace_id`,
    ...projects,
    ...roots.flatMap((root) => [root, root.length + 1, root]),
  );
  const patches = database.prepare(
    'SELECT trace, step, ordinal, time, path FROM patches WHERE trace = ? AND time IS NOT NULL ORDER BY step, ordinal',
  );
  return rows
    .map((row) => ({ row, patches: patches.all<PatchPlace>(row.id) }))
    .filter((session) => session.patches.length > 0);
}

/** Edits of the wanted paths in the order of their times, with their texts. */
export async function readEdits(
  database: Sqlite,
  shelves: readonly Shelf[],
  sessions: readonly PlacedSession[],
  places: PlaceOptions,
  isWanted: (path: string) => boolean = () => true,
): Promise<FoundEdit[]> {
  const found: FoundEdit[] = [];
  for (const session of sessions) {
    const placed = placesOf(
      session.row.cwd,
      session.patches.map(({ path }) => path),
      places,
    );
    const wanted = new Map<string, Place & { time: number }>();
    session.patches.forEach(({ step, ordinal, time }, at) => {
      const place = placed[at];
      if (place && isWanted(place.path)) wanted.set(`${step}.${ordinal}`, { ...place, time });
    });
    const copy = copyOf(session.row, shelves);
    if (wanted.size > 0 && copy !== null)
      found.push(...(await editsOfSession(database, session, copy, wanted)));
  }
  return found.sort(
    (left, right) =>
      left.time - right.time ||
      (left.traceId < right.traceId ? -1 : left.traceId > right.traceId ? 1 : 0) ||
      left.step - right.step ||
      left.ordinal - right.ordinal,
  );
}

function copyOf(
  { trace_id: traceId, tree, remote, ref }: TraceRow,
  shelves: readonly Shelf[],
): TraceCopy | null {
  const shelf = shelves.find((each) => (each.remote ?? '') === remote);
  return shelf === undefined ? null : { traceId, tree, tip: { shelf, ref, lane: '', month: '', commit: '' } };
}

async function editsOfSession(
  database: Sqlite,
  { row, patches }: PlacedSession,
  copy: TraceCopy,
  wanted: ReadonlyMap<string, Place & { readonly time: number }>,
): Promise<FoundEdit[]> {
  const steps = patches
    .filter(({ step, ordinal }) => wanted.has(`${step}.${ordinal}`))
    .map(({ step }) => step);
  const firsts = new Set(steps.map((step) => step - ((step - 1) % SEGMENT_STEPS)));
  const segments = database
    .all<{ first: number; oid: string }>('SELECT first, oid FROM segments WHERE trace = ?', row.id)
    .filter(({ first }) => firsts.has(first));
  const shown = new ShownFiles(openCopy(copy));
  const found: FoundEdit[] = [];
  for (const segment of segments) {
    for (const step of (await readSegment(copy, segment)).steps) {
      for (const edits of editsOfStep(step)) {
        const place = wanted.get(`${step.step_index}.${edits.ordinal}`);
        if (place === undefined || isUnconfirmed(edits)) continue;
        const before = ShownFile.safeParse(edits.result?.metadata?.before);
        found.push({
          ...edits,
          ...place,
          trace: row.id,
          traceId: row.trace_id,
          agent: row.agent,
          model: step.model ?? row.model,
          step: step.step_index,
          ...(before.success
            ? { before: { blob: before.data.blob, text: () => shown.read(before.data) } }
            : {}),
        });
      }
    }
  }
  return found;
}

/** A call whose end the log does not tell may have changed nothing. */
function isUnconfirmed({ result }: CallEdits): boolean {
  return result === undefined || result.error === 'no_result';
}

/** Reads again what rows of a source say a file was. */
class ShownFiles {
  readonly #folder: TraceFolder;
  #source: Promise<Buffer> | undefined;

  constructor(folder: TraceFolder) {
    this.#folder = folder;
  }

  /** Null when the row does not hold the text its blob id stands for. */
  async read({ blob, offset }: ShownFile): Promise<string | null> {
    this.#source ??= this.#readSource();
    const source = await this.#source;
    const end = source.indexOf(0x0a, offset);
    try {
      const entry = JSON.parse(source.toString('utf8', offset, end < 0 ? source.length : end));
      const text: unknown = entry?.toolUseResult?.originalFile;
      return typeof text === 'string' && blobIdOf(text) === blob ? text : null;
    } catch {
      return null;
    }
  }

  async #readSource(): Promise<Buffer> {
    const metas = await this.#folder.sourceMetas();
    const primary = Math.max(
      0,
      metas.findIndex(({ kind }) => kind === 'session-log'),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of this.#folder.readSource(primary)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

/** Id of a text as a git blob (SHA-1). */
export function blobIdOf(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
