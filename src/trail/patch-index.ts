/** Where the patches of a repository's sessions were made, kept in the catalog: a session is placed anew when it grew. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { PreparedStatements, type Sqlite, type SqliteStatement } from '../base/sqlite.ts';
import { byTime, type FileGroup } from './file-events.ts';
import { type PlaceOptions, placesOf } from './places.ts';
import type { EditingSession, PlacedLook, PlacedPatch } from './read-edits.ts';
import { TurnIndex } from './turn-index.ts';

interface PatchRow {
  readonly step: number;
  readonly ordinal: number;
  readonly time: number;
  readonly root: string;
  readonly path: string;
  readonly effect: (PlacedPatch | PlacedLook)['effect'];
  readonly digest: string;
}

/** A patch and where it was made. `time`: milliseconds since 1970. */
export type IndexedPatch = Omit<PatchRow, 'effect'> &
  Pick<PlacedPatch, 'effect'> & { readonly trace_id: string };

/** Files of one name in one session that may be one file. */
const MOST_NAMESAKES = 6;
const IS_COMMITTED = 'SELECT 1 FROM trail_paths WHERE repository = ? AND path = ?';

export class PatchIndex {
  readonly #database: Sqlite;
  readonly #repository: string;
  readonly #prepared: PreparedStatements;
  readonly #turns: TurnIndex;
  readonly #byPath: SqliteStatement;
  readonly #placed: SqliteStatement;

  constructor(database: Sqlite, repository: string) {
    this.#database = database;
    this.#prepared = new PreparedStatements(database);
    this.#turns = new TurnIndex(database);
    this.#repository = repository;
    const columns = 'SELECT trace_id, step, ordinal, time, root, path, effect, digest FROM trail_patches';
    this.#byPath = database.prepare(
      `${columns} INDEXED BY trail_patches_by_path WHERE repository = ? AND path = ?`,
    );
    this.#placed = database.prepare(
      `${columns} WHERE repository = ? AND trace_id = ? ORDER BY step, ordinal`,
    );
  }

  /**
   * Places what is new of the sessions; `newPaths` came into the history since. Gives the paths that have other
   * patches now. In the caller's transaction.
   */
  update(
    sessions: readonly EditingSession[],
    options: { readonly roots: readonly string[]; readonly known: () => ReadonlySet<string> },
    newPaths: Iterable<string>,
  ): Set<string> {
    const changed = new Set<string>();
    const names = new Set([...newPaths].map((path) => posix.basename(path)));
    const known = this.#sessions();
    const roots = createHash('sha1').update(options.roots.join('\0')).digest('hex').slice(0, 8);
    const stateOf = ({ tree }: EditingSession): string => `${tree} ${roots}`;
    const isAsBefore = (session: EditingSession): boolean => {
      const before = known.get(session.trace_id);
      const isKnown = before?.state === stateOf(session);
      return isKnown && !(before.is_foreign === 1 && this.#names(session, names));
    };
    const related = new Set(sessions.map(({ id }) => id));
    for (const session of this.#withBeside(sessions, isAsBefore))
      this.#place(session, stateOf(session), { ...options, known: options.known(), related }, changed);
    for (const { trace_id: traceId } of sessions) known.delete(traceId);
    for (const gone of known.keys()) this.#replace(gone, [], changed);
    for (const gone of known.keys())
      this.#run('DELETE FROM trail_sessions WHERE repository = ? AND trace_id = ?', gone);
    return changed;
  }

  /** Sessions that are others now, and those of which a turn may mean something else because of them. */
  #withBeside(
    sessions: readonly EditingSession[],
    isAsBefore: (session: EditingSession) => boolean,
  ): readonly EditingSession[] {
    const others = new Set(sessions.filter((session) => !isAsBefore(session)).map(({ id }) => id));
    if (others.size === sessions.length) return sessions;
    for (const id of [...others]) for (const beside of this.#turns.beside(id)) others.add(beside);
    return sessions.filter(({ id }) => others.has(id));
  }

  #sessions(): Map<string, { readonly state: string; readonly is_foreign: number }> {
    const rows = this.#database.all<{ trace_id: string; state: string; is_foreign: number }>(
      'SELECT trace_id, state, is_foreign FROM trail_sessions WHERE repository = ?',
      this.#repository,
    );
    return new Map(rows.map((row) => [row.trace_id, row]));
  }

  /** All patches since then, in the order of their times. */
  since(time: number): IndexedPatch[] {
    const sql =
      "SELECT trace_id, step, ordinal, time, root, path, effect, digest FROM trail_patches WHERE repository = ? AND time >= ? AND effect IN ('writes', 'deletes') ORDER BY time, trace_id, step, ordinal";
    return this.#prepared.of(sql).all<IndexedPatch>(this.#repository, time);
  }

  /** Whether some session ran in no folder of this machine's clone. */
  hasForeign(): boolean {
    const sql = 'SELECT 1 FROM trail_sessions WHERE repository = ? AND is_foreign = 1 LIMIT 1';
    return this.#database.all(sql, this.#repository).length > 0;
  }

  /** Whether the session edited a file of one of these names. */
  #names({ id }: EditingSession, names: ReadonlySet<string>): boolean {
    if (names.size === 0) return false;
    const rows = this.#database.all<{ path: string }>('SELECT path FROM patches WHERE trace = ?', id);
    return rows.some(({ path }) => names.has(posix.basename(path.replaceAll('\\', '/'))));
  }

  #place(
    session: EditingSession,
    state: string,
    options: PlaceOptions & { readonly related: ReadonlySet<number> },
    changed: Set<string>,
  ): void {
    const edits = this.#database.all<Omit<PatchRow, 'root'>>(
      "SELECT step, ordinal, time, path, effect, digest FROM patches WHERE trace = ? AND time IS NOT NULL AND effect <> 'unknown' ORDER BY step, ordinal",
      session.id,
    );
    const rows = [...edits, ...this.#turns.looks(session.id, (trace) => options.related.has(trace))];
    const { places, isForeign } = placesOf(
      session.cwd,
      rows.map(({ path }) => path),
      { ...options, isOnlyHere: session.is_above === 1 },
    );
    const placed = withoutBystanders(
      rows.flatMap((row, at) => (places[at] ? [{ ...row, ...places[at] }] : [])),
    );
    this.#replace(session.trace_id, placed, changed);
    this.#linkMoved(
      placed.filter(({ step }) => step > 0),
      changed,
    );
    this.#run(
      'INSERT OR REPLACE INTO trail_sessions VALUES (?, ?, ?, ?)',
      session.trace_id,
      state,
      isForeign && rows.length > 0 ? 1 : 0,
    );
  }

  /** A file that no commit knows may have been moved, unseen, to where the session edits one of its name. */
  #linkMoved(placed: readonly PatchRow[], changed: Set<string>): void {
    const byName = new Map<string, Set<string>>();
    for (const { path } of placed) {
      const name = posix.basename(path);
      byName.set(name, (byName.get(name) ?? new Set()).add(path));
    }
    for (const paths of byName.values()) {
      if (paths.size < 2 || paths.size > MOST_NAMESAKES) continue;
      for (const path of paths) {
        if (this.#database.all(IS_COMMITTED, this.#repository, path).length > 0) continue;
        for (const other of paths) if (other !== path) this.#link(path, other, changed);
      }
    }
  }

  /** New files of commits that have the name of one that agents edited and no commit knows. Gives the paths they join. */
  linkAdded(added: Iterable<string>): Set<string> {
    const changed = new Set<string>();
    const byName = new Map<string, string[]>();
    for (const path of this.paths()) {
      const name = posix.basename(path);
      byName.set(name, [...(byName.get(name) ?? []), path]);
    }
    for (const path of added) {
      const open = (byName.get(posix.basename(path)) ?? []).filter(
        (other) => other !== path && this.#database.all(IS_COMMITTED, this.#repository, other).length === 0,
      );
      if (open.length <= MOST_NAMESAKES) for (const other of open) this.#link(path, other, changed);
    }
    return changed;
  }

  #link(path: string, other: string, changed: Set<string>): void {
    changed.add(path).add(other);
    const sql = 'INSERT OR IGNORE INTO trail_renames VALUES (?, ?, ?)';
    this.#run(sql, path, other);
    this.#run(sql, other, path);
  }

  #replace(trace: string, rows: readonly PatchRow[], changed: Set<string>): void {
    const before = this.#placed.all<PatchRow>(this.#repository, trace);
    const left = new Map(before.map((row) => [`${row.step}.${row.ordinal}`, row]));
    for (const row of rows) {
      const key = `${row.step}.${row.ordinal}`;
      const old = left.get(key);
      left.delete(key);
      if (old !== undefined && isSame(old, row)) continue;
      for (const path of [row.path, ...(old === undefined ? [] : [old.path])]) changed.add(path);
      const values = [trace, row.step, row.ordinal, row.time, row.root, row.path, row.effect, row.digest];
      this.#run('INSERT OR REPLACE INTO trail_patches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values);
    }
    for (const { step, ordinal, path } of left.values()) {
      changed.add(path);
      this.#run(
        'DELETE FROM trail_patches WHERE repository = ? AND trace_id = ? AND step = ? AND ordinal = ?',
        trace,
        step,
        ordinal,
      );
    }
  }

  #run(sql: string, ...values: ReadonlyArray<string | number>): void {
    this.#prepared.of(sql).run(this.#repository, ...values);
  }

  /** What was made of files at these paths, and seen of them, in the order of the times. */
  madeAt(
    paths: Iterable<string>,
    sessions: () => ReadonlyMap<string, EditingSession>,
  ): Pick<FileGroup, 'patches' | 'looks'> {
    const [patches, looks]: [PlacedPatch[], PlacedLook[]] = [[], []];
    for (const each of paths) {
      const rows = this.#byPath.all<PatchRow & { trace_id: string }>(this.#repository, each);
      for (const { trace_id, effect, ...row } of rows) {
        const session = sessions().get(trace_id);
        if (session === undefined) continue;
        if (effect === 'seen' || effect === 'turn') looks.push({ ...row, session, effect });
        else patches.push({ ...row, session, effect });
      }
    }
    return { patches: withoutCopies(patches.sort(byTime), this.#database), looks: looks.sort(byTime) };
  }

  /** Paths of a trace's patches. */
  pathsOf(trace: string): string[] {
    const sql = 'SELECT DISTINCT path FROM trail_patches WHERE repository = ? AND trace_id = ?';
    return this.#database.all<{ path: string }>(sql, this.#repository, trace).map(({ path }) => path);
  }

  /** Every path with patches. */
  paths(): string[] {
    const sql = 'SELECT DISTINCT path FROM trail_patches WHERE repository = ? ORDER BY path';
    return this.#database.all<{ path: string }>(sql, this.#repository).map(({ path }) => path);
  }
}

/** Looks matter where the session edits the file or its commands may. */
function withoutBystanders(rows: readonly PatchRow[]): PatchRow[] {
  const wanted = new Set(rows.filter(({ effect }) => effect !== 'seen').map(nameOfPlace));
  return rows.filter((row) => wanted.has(nameOfPlace(row)));
}

function nameOfPlace({ root, path }: PatchRow): string {
  return `${root}\0${path}`;
}

function isSame(left: PatchRow, right: PatchRow): boolean {
  return (
    left.time === right.time &&
    left.root === right.root &&
    left.path === right.path &&
    left.effect === right.effect &&
    left.digest === right.digest
  );
}

/**
 * Each edit once, where a session that was taken up again under another name repeats what came before: the same edit at
 * the same time belongs to the session that ended first.
 */
function withoutCopies(patches: readonly PlacedPatch[], database: Sqlite): PlacedPatch[] {
  const first = new Map<string, PlacedPatch>();
  const sql = 'SELECT max(time) AS time FROM patches WHERE trace = ?';
  const endOf = ({ session }: PlacedPatch): number =>
    database.all<{ time: number }>(sql, session.id)[0]?.time ?? 0;
  for (const patch of patches) {
    const key = `${patch.time} ${patch.digest} ${patch.root}\0${patch.path}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, patch);
    else if (other.session !== patch.session && endOf(patch) < endOf(other)) first.set(key, patch);
  }
  return patches.filter((patch) => {
    const kept = first.get(`${patch.time} ${patch.digest} ${patch.root}\0${patch.path}`)!;
    return kept === patch || kept.session === patch.session;
  });
}
