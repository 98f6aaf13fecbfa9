/** Sessions whose shell calls made a commit: the output names it, or the command holds its message at its time. */
import { PreparedStatements } from '../base/sqlite.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import { openSegment } from '../catalog/segment-lines.ts';
import { STEPS_PER_TRACE } from '../catalog/store.ts';
import { callFactsOf, failed } from '../record/call-facts.ts';
import type { Step } from '../record/step.ts';
import type { HistoryCommit } from './history.ts';
import { copyOf, IS_HERE_OR_BY_COMMIT, type SessionPlace } from './read-edits.ts';
import type { FoundSession } from './relations.ts';
import type { TrailOptions } from './trail.ts';
import { keyOf } from './trail-state.ts';

/** Shortest abbreviation of a commit that git prints by itself. */
const SHORTEST = 7;
/** Messages shorter than that may be anybody's. */
const SHORTEST_SUBJECT = 8;
/** How long a call may take. */
const LONGEST_CALL_MS = 3_600_000;

export class CommittingCalls {
  readonly #options: TrailOptions;
  readonly #prepared: PreparedStatements;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#prepared = new PreparedStatements(options.database);
  }

  async of(commit: HistoryCommit): Promise<FoundSession[]> {
    const found = new Map<string, FoundSession>();
    const told = (trace_id: string, step_index: number, firmness: 'firm' | 'provisional'): void => {
      const session = { trace_id, relation: 'committed', firmness, lines: null, step_index } as const;
      if (!found.has(trace_id)) found.set(trace_id, session);
    };
    for (const { trace_id, step } of this.#naming(commit.oid)) told(trace_id, step, 'firm');
    // What a rebase or an amendment made anew has the author and the time of what was there before.
    for (const { oid } of this.#sameWork(commit))
      for (const { trace_id, step } of this.#naming(oid)) told(trace_id, step, 'provisional');
    for (const { trace_id, step } of await this.#saying(commit)) told(trace_id, step, 'provisional');
    return [...found.values()];
  }

  /** Steps whose output has the abbreviated id of a commit, as `git commit` prints it. */
  #naming(oid: string): Array<{ readonly trace_id: string; readonly step: number }> {
    const rows = this.#prepared
      .of(
        `SELECT t.trace_id, f.step, v.value FROM facet_values v JOIN facets f ON f.value = v.id JOIN traces t ON t.id = f.trace
         WHERE v.name = 'commit.sha' AND v.value BETWEEN ? AND ? ORDER BY t.trace_id, f.step`,
      )
      .all<{ trace_id: string; step: number; value: string }>(oid.slice(0, SHORTEST), oid);
    return rows.filter(({ value }) => oid.startsWith(value));
  }

  #sameWork({ oid, author, authored }: HistoryCommit): Array<{ readonly oid: string }> {
    const sql =
      'SELECT oid FROM trail_commits INDEXED BY trail_commits_by_author WHERE repository = ? AND authored = ? AND author = ? AND oid <> ?';
    const repository = keyOf(this.#options.repository);
    return this.#prepared.of(sql).all<{ oid: string }>(repository, authored, author, oid);
  }

  /** Steps that ran while the commit was written, with a command that commits and has its subject. */
  async #saying({ authored, subject }: HistoryCommit): Promise<Array<{ trace_id: string; step: number }>> {
    if (subject.length < SHORTEST_SUBJECT) return [];
    const found = [];
    for (const session of this.#open(authored * 1000)) {
      const step = await this.#stepAt(session, authored * 1000);
      if (step?.tool_calls.some((_, at) => commits(step, at, subject)))
        found.push({ trace_id: session.trace_id, step: step.step_index });
    }
    return found;
  }

  #open(time: number): Array<SessionPlace & { readonly id: number }> {
    const { projects } = this.#options.repository;
    const ids = projects.map(() => '?').join(', ') || 'NULL';
    const sql = `SELECT t.id, t.trace_id, t.tree, j.remote, j.ref FROM traces t JOIN journals j ON j.id = t.journal
       WHERE t.project_id IN (${ids}) AND ${IS_HERE_OR_BY_COMMIT} AND t.started <= ? AND t.ended >= ? ORDER BY t.trace_id`;
    return this.#prepared.of(sql).all(...projects, time + 999, time - LONGEST_CALL_MS);
  }

  /** The step that was the last one then, if it was not too long ago. */
  async #stepAt(session: SessionPlace & { readonly id: number }, time: number): Promise<Step | null> {
    const first = session.id * STEPS_PER_TRACE;
    const [row] = this.#prepared
      .of('SELECT id, time FROM step_times WHERE id BETWEEN ? AND ? AND time <= ? ORDER BY id DESC LIMIT 1')
      .all<{ id: number; time: number }>(first, first + STEPS_PER_TRACE - 1, time + 999);
    if (row === undefined || row.time < time - LONGEST_CALL_MS) return null;
    const index = row.id - first;
    const start = index - ((index - 1) % SEGMENT_STEPS);
    const [segment] = this.#prepared
      .of('SELECT oid FROM segments WHERE trace = ? AND first = ?')
      .all<{ oid: string }>(session.id, start);
    const copy = copyOf(session, this.#options.shelves);
    if (segment === undefined || copy === null) return null;
    return (await openSegment(copy, { first: start, oid: segment.oid }))?.step(index) ?? null;
  }
}

function commits({ tool_calls: calls, observations }: Step, at: number, subject: string): boolean {
  const call = calls[at]!;
  const { command } = callFactsOf(call);
  if (command === null || !command.includes('commit') || !command.includes(subject)) return false;
  return !failed(observations.find(({ source_call_id: id }) => id === call.tool_call_id));
}
