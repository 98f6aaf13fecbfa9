/** Sessions that may have to do with a commit of which nothing firmer is known: the nearest one, or none. */

import { PreparedStatements, type Sqlite } from '../base/sqlite.ts';
import { STEPS_PER_TRACE } from '../catalog/store.ts';
import type { FileChange, HistoryCommit } from './history.ts';
import { IS_HERE_OR_BY_COMMIT } from './read-edits.ts';
import type { FoundSession } from './relations.ts';
import type { TrailRepository } from './repository.ts';
import { keyOf } from './trail-state.ts';

/** How long before a commit one of its files may have been edited. */
const EDITED_MS = 4 * 3_600_000;
/** How long a session that did its last step counts as open. */
const OPEN_MS = 600_000;
/** How much longer ago the last step of any other one has to be. */
const MUCH_FARTHER = 2;
/** Commits of an author, those nearest in time, that tell where their sessions run. */
const MOST_COMMITS = 200;

interface Near {
  readonly trace_id: string;
  readonly cwd: string | null;
  readonly step: number;
  readonly time: number;
}

export class NearSessions {
  readonly #repository: TrailRepository;
  readonly #key: string;
  readonly #prepared: PreparedStatements;
  readonly #cwds = new Map<string, string | null>();

  constructor(database: Sqlite, repository: TrailRepository) {
    this.#prepared = new PreparedStatements(database);
    this.#repository = repository;
    this.#key = keyOf(repository);
  }

  /** At most one. `changes`: files of the commit against its only parent. */
  of(commit: HistoryCommit, changes: readonly FileChange[]): FoundSession[] {
    const homes = this.#homesOf(commit);
    const isOwn = ({ cwd }: Near): boolean => homes.size === 0 || cwd === null || homes.has(homeOf(cwd));
    const edited = latest(this.#editing(commit, changes).filter(isOwn));
    if (edited !== null) return [told(edited, 'edited')];
    const open = this.#open(commit).filter(isOwn);
    const running = open.filter(({ isRunning }) => isRunning);
    const nearest = running.length > 0 ? running : open;
    const [first, second] = nearest.sort((left, right) => right.time - left.time);
    const until = commit.authored * 1000 + 999;
    const isNearest = second === undefined || until - second.time >= MUCH_FARTHER * (until - first!.time);
    return first !== undefined && isNearest ? [told(first, 'open')] : [];
  }

  /** Last edits of the commit's files by each session. */
  #editing({ authored }: HistoryCommit, changes: readonly FileChange[]): Near[] {
    const until = authored * 1000 + 999;
    const statement = this.#prepared.of(
      `SELECT trace_id, step, time FROM trail_patches INDEXED BY trail_patches_by_path
       WHERE repository = ? AND path = ? AND time BETWEEN ? AND ?`,
    );
    const paths = new Set(changes.flatMap(({ oldPath, newPath }) => [oldPath ?? [], newPath ?? []].flat()));
    const rows = [...paths].flatMap((path) =>
      statement.all<Omit<Near, 'cwd'>>(this.#key, path, until - EDITED_MS, until),
    );
    return rows.map((row) => ({ ...row, cwd: this.#cwdOf(row.trace_id) }));
  }

  /** Sessions, sub-agents aside, that did a step shortly before; running are those whose next step nobody asked for. */
  #open({ authored }: HistoryCommit): Array<Near & { readonly isRunning: boolean }> {
    const time = authored * 1000 + 999;
    const { projects } = this.#repository;
    const ids = projects.map(() => '?').join(', ') || 'NULL';
    const rows = this.#prepared
      .of(
        `SELECT t.id, t.trace_id, p.cwd FROM traces t LEFT JOIN places p ON p.trace = t.id
         WHERE t.project_id IN (${ids}) AND ${IS_HERE_OR_BY_COMMIT} AND t.parent IS NULL AND t.started <= ? AND t.ended >= ? ORDER BY t.trace_id`,
      )
      .all<{ id: number; trace_id: string; cwd: string | null }>(...projects, time, time - OPEN_MS);
    return rows.flatMap(({ id, trace_id, cwd }) => {
      const before = this.#step(id, 'time <= ? ORDER BY id DESC', time);
      if (before === null || before.time < time - OPEN_MS) return [];
      const after = this.#step(id, 'time > ? ORDER BY id', time);
      return [{ trace_id, cwd, ...before, isRunning: after !== null && !this.#isPrompt(id, after.step) }];
    });
  }

  #step(trace: number, which: string, time: number): { readonly step: number; readonly time: number } | null {
    const first = trace * STEPS_PER_TRACE;
    const [row] = this.#prepared
      .of(`SELECT id - ? AS step, time FROM step_times WHERE id BETWEEN ? AND ? AND ${which} LIMIT 1`)
      .all<{ step: number; time: number }>(first, first, first + STEPS_PER_TRACE - 1, time);
    return row ?? null;
  }

  #isPrompt(trace: number, step: number): boolean {
    return this.#prepared.of('SELECT 1 FROM turns WHERE trace = ? AND step = ?').all(trace, step).length > 0;
  }

  /** Where the sessions run that wrote most of an author's commits, as far as they are attributed; empty when nobody knows. */
  #homesOf({ author, authored }: HistoryCommit): ReadonlySet<string> {
    const rows = this.#prepared
      .of(
        `SELECT json_extract(h.ranges, '$[0]') AS patches FROM (SELECT oid FROM trail_commits WHERE repository = ? AND author = ? ORDER BY abs(authored - ?) LIMIT ${MOST_COMMITS}) c
         JOIN trail_changes h ON h.repository = ? AND h.commit_id = c.oid`,
      )
      .all<{ patches: string }>(this.#key, author, authored, this.#key);
    const times = new Map<string, number>();
    for (const { patches } of rows) {
      const named = JSON.parse(patches) as Array<[trace: string]>;
      const homes = new Set(named.map(([trace]) => this.#cwdOf(trace)).map((cwd) => cwd && homeOf(cwd)));
      for (const home of homes) if (home !== null) times.set(home, (times.get(home) ?? 0) + 1);
    }
    const most = Math.max(0, ...times.values());
    return new Set([...times].filter(([, count]) => count === most).map(([home]) => home));
  }

  #cwdOf(trace: string): string | null {
    if (!this.#cwds.has(trace)) {
      const sql = 'SELECT p.cwd FROM traces t JOIN places p ON p.trace = t.id WHERE t.trace_id = ?';
      this.#cwds.set(trace, this.#prepared.of(sql).all<{ cwd: string }>(trace)[0]?.cwd ?? null);
    }
    return this.#cwds.get(trace)!;
  }
}

function told({ trace_id, step }: Near, relation: 'edited' | 'open'): FoundSession {
  return { trace_id, relation, firmness: 'possible', lines: null, step_index: step };
}

/** Null for none, and where two are as late. */
function latest(near: readonly Near[]): Near | null {
  let best: Near | null = null;
  let isOne = true;
  for (const each of near) {
    if (best === null || each.time > best.time) [best, isOne] = [each, true];
    else if (each.time === best.time && each.trace_id !== best.trace_id) isOne = false;
  }
  return isOne ? best : null;
}

/** A person's own folder, or the folder itself where its path names none. */
function homeOf(cwd: string): string {
  return /^(?:\/(?:Users|home)\/[^/]+|[A-Za-z]:[\\/]Users[\\/][^\\/]+)/.exec(cwd)?.[0] ?? cwd;
}
