/** The patches that may have changed files of one code repository, with their texts. */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { FileEdit } from '../record/file-edits.ts';
import type { Place } from './places.ts';
import { firstOf, type ReadEdits, SegmentEdits } from './segment-edits.ts';
import { ShownFiles } from './shown-files.ts';

/** A session of the repository that edited files, or ran commands that may have. */
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
  /** 1: it ran in a folder above a work tree, as that of a superproject: only what it edited in there counts. */
  readonly is_above: 0 | 1;
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

/** A look at a file, as turn-index.ts makes them; its step is 0. */
export interface PlacedLook extends Omit<PlacedPatch, 'effect'> {
  readonly effect: 'seen' | 'turn';
}

export function isLook(made: PlacedPatch | PlacedLook): made is PlacedLook {
  return made.effect === 'seen' || made.effect === 'turn';
}

/** A patch with its texts. */
export interface FoundEdit extends PlacedPatch {
  readonly edits: readonly FileEdit[];
  readonly model: string | null;
  /** The log says that there was no file. */
  readonly created: boolean;
  /** The file before the edit, as the log shows it. */
  readonly before?: { readonly blob: string; readonly text: () => Promise<string | null> };
}

export interface EditsWanted {
  /** Ids under which sessions of the repository may be known. */
  readonly projects: readonly string[];
  /** Top folders of its work trees here. */
  readonly roots: readonly string[];
}

/**
 * Sessions of a repository: by project, by folder below one of its work trees, and from folders above those that
 * edited files in one. A folder of another machine says nothing here: pulled sessions count by their root commit alone.
 */
export function sessionsOf(database: Sqlite, { projects, roots }: EditsWanted): EditingSession[] {
  const ids = projects.map(() => '?').join(', ') || 'NULL';
  const below = roots.map(() => "p.cwd = ? OR substr(p.cwd, 1, ?) = ? || '/'").join(' OR ') || '0';
  const columns = 't.id, t.trace_id, t.agent, t.model, t.tree, j.remote, j.ref, p.cwd';
  const from = 'FROM traces t JOIN journals j ON j.id = t.journal LEFT JOIN places p ON p.trace = t.id';
  const isHere = "j.remote = ''";
  const isOwn = `(t.project_id IN (${ids}) AND ${IS_HERE_OR_BY_COMMIT} OR ${isHere} AND (${below}))`;
  const above = roots.map(() => `substr(?, 1, length(p.cwd) + 1) = p.cwd || '/' AND ${EDITED_BELOW}`);
  const own = [...projects, ...roots.flatMap((root) => [root, root.length + 1, root])];
  return database.all<EditingSession>(
    `SELECT ${columns}, 0 AS is_above ${from} WHERE ${isOwn} AND
       (EXISTS (SELECT 1 FROM patches e WHERE e.trace = t.id AND e.time IS NOT NULL) OR EXISTS (SELECT 1 FROM commands c WHERE c.trace = t.id))
     UNION ALL SELECT ${columns}, 1 AS is_above ${from} WHERE NOT ${isOwn} AND ${isHere} AND (${above.join(' OR ') || '0'})
     ORDER BY t.trace_id`,
    ...own,
    ...own,
    ...roots.flatMap((root) => [root, root.length + 1, `${root}/`, root.length + 1, `${root}/`]),
  );
}

/** A folder of another machine says nothing here: a pulled trace `t` counts by its root commit alone. */
export const IS_HERE_OR_BY_COMMIT =
  "(t.project_id LIKE 'g-%' OR t.journal IN (SELECT id FROM journals WHERE remote = ''))";

const EDITED_BELOW = `EXISTS (SELECT 1 FROM patches e WHERE e.trace = t.id AND e.time IS NOT NULL
  AND (substr(e.path, 1, ?) = ? OR substr(p.cwd || '/' || e.path, 1, ?) = ?))`;

/** When the first of the sessions' patches was made, or their first turn began; null for none. */
export function firstEdit(database: Sqlite, sessions: readonly EditingSession[]): number | null {
  const patches = database.prepare('SELECT min(time) AS time FROM patches WHERE trace = ?');
  const turns = database.prepare(
    'SELECT min(since) AS time FROM observed_turns WHERE trace = ? AND is_sound = 1',
  );
  let first: number | null = null;
  for (const { id } of sessions) {
    for (const statement of [patches, turns]) {
      const time = statement.all<{ time: number | null }>(id)[0]?.time ?? null;
      if (time !== null && (first === null || time < first)) first = time;
    }
  }
  return first;
}

/** Segments that are read at once. */
const AT_ONCE = 6;

/** Reads texts of patches out of the bucket. */
export class EditReader {
  readonly #segments: SegmentEdits;
  readonly #shelves: readonly Shelf[];
  readonly #shown = new Map<string, ShownFiles>();

  constructor(database: Sqlite, shelves: readonly Shelf[]) {
    this.#segments = new SegmentEdits(database);
    this.#shelves = shelves;
  }

  /** Tells that about every patch of the repository will be read. */
  expectAll(): void {
    this.#segments.keepsOthers = true;
  }

  /** The patches in their order; those whose texts are not here, or of which the log does not say how they ended, are left out. */
  async read(patches: readonly PlacedPatch[]): Promise<FoundEdit[]> {
    const found = new Array<FoundEdit | null>(patches.length).fill(null);
    const segments = [...bySegment(patches).values()];
    const readNext = async (): Promise<void> => {
      for (let places = segments.pop(); places !== undefined; places = segments.pop()) {
        const edits = await this.#readSegment(places.map((at) => patches[at]!));
        for (const [at, place] of places.entries()) found[place] = edits[at]!;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, readNext));
    return found.filter((edit): edit is FoundEdit => edit !== null);
  }

  async #readSegment(patches: readonly PlacedPatch[]): Promise<Array<FoundEdit | null>> {
    const { session } = patches[0]!;
    const copy = copyOf(session, this.#shelves);
    if (copy === null) return patches.map(() => null);
    const read = await this.#segments.take(session.id, copy, patches);
    return patches.map((patch, at) => this.#found(patch, copy, read[at]!));
  }

  #found(patch: PlacedPatch, copy: TraceCopy, read: ReadEdits | null): FoundEdit | null {
    if (read === null) return null;
    const { session, step, ordinal, time, root, path, effect, digest } = patch;
    const { edits, created, shown } = read;
    const found = { session, step, ordinal, time, root, path, effect, digest, edits, created };
    const model = read.model ?? session.model;
    if (shown === null) return { ...found, model };
    return { ...found, model, before: { blob: shown.blob, text: () => this.#shownIn(copy).read(shown) } };
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
}

/** Places of patches in their list, by the segments that hold them. */
function bySegment(patches: readonly PlacedPatch[]): Map<string, number[]> {
  const segments = new Map<string, number[]>();
  for (const [at, patch] of patches.entries()) {
    const key = `${patch.session.trace_id} ${firstOf(patch)}`;
    const places = segments.get(key);
    if (places === undefined) segments.set(key, [at]);
    else places.push(at);
  }
  return segments;
}

/** What names a trace's copy on a shelf. */
export type SessionPlace = Pick<EditingSession, 'trace_id' | 'tree' | 'remote' | 'ref'>;

/** Null when the shelf is not here. */
export function copyOf(
  { trace_id: traceId, tree, remote, ref }: SessionPlace,
  shelves: readonly Shelf[],
): TraceCopy | null {
  const shelf = shelves.find((each) => (each.remote ?? '') === remote);
  return shelf === undefined ? null : { traceId, tree, tip: { shelf, ref, lane: '', month: '', commit: '' } };
}

/** Bytes of a text while its id is found. */
let scratch = Buffer.alloc(64 * 1024);
/** Bytes that a UTF-16 unit takes at most in UTF-8. */
const UNIT_BYTES = 3;
/** Longer texts have bytes of their own. */
const MOST_SCRATCH = 4 * 1024 * 1024;

/** Id of a text as a git blob (SHA-1). */
export function blobIdOf(text: string): string {
  const most = text.length * UNIT_BYTES;
  if (most > scratch.length && most <= MOST_SCRATCH) scratch = Buffer.alloc(most);
  const bytes = most > MOST_SCRATCH ? Buffer.from(text) : scratch.subarray(0, scratch.write(text));
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
