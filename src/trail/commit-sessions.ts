/** Which sessions a commit comes from, and how: told apart from who wrote its lines. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Oid } from '../git/ports.ts';
import { ownerFields } from './blame.ts';
import { CommittingCalls } from './committing-calls.ts';
import { type HistoryCommit, readChanges } from './history.ts';
import { NearSessions } from './near-sessions.ts';
import type { CommitSession, FoundSession } from './relations.ts';
import { RemovedLines } from './removed-lines.ts';
import { onHistory } from './repository.ts';
import { type StoredChange, TrailStore } from './store.ts';
import type { Trail, TrailOptions } from './trail.ts';

/** Sessions of each commit, in the order of {@link Relation}. Their files are attributed already. */
export async function sessionsOfCommits(
  options: TrailOptions,
  trail: Trail,
  commits: readonly HistoryCommit[],
): Promise<ReadonlyMap<Oid, readonly CommitSession[]>> {
  const { database, repository } = options;
  const store = new TrailStore(database, repository);
  const removed = new RemovedLines(trail, repository.objects);
  const calls = new CommittingCalls(options);
  const near = new NearSessions(database, repository);
  const plain = commits.filter(({ parents }) => parents.length < 2);
  const changes = await onHistory(repository, readChanges(repository.git, repository.gitDir, plain));
  const agents = new Agents(database);
  const found = new Map<Oid, readonly CommitSession[]>();
  for (const commit of commits) {
    const changed = changes.get(commit.oid)?.[0] ?? [];
    const sure = [
      ...writersOf(store.changesOf(commit.oid)),
      ...(await removed.of(commit, changed)),
      ...(await calls.of(commit)),
    ];
    const isPlain = commit.parents.length < 2;
    const all = sure.length === 0 && isPlain ? near.of(commit, changed) : sure;
    found.set(
      commit.oid,
      all.flatMap((each) => agents.named(each)),
    );
  }
  return found;
}

function writersOf(changes: readonly StoredChange[]): FoundSession[] {
  const writers = new Map<string, { lines: number; isFirm: boolean; step: number }>();
  for (const { start, end, ...range } of changes.flatMap(({ ranges }) => ranges)) {
    const writer = writers.get(range.traceId) ?? { lines: 0, isFirm: false, step: 0 };
    writer.lines += end - start + 1;
    writer.isFirm ||= ownerFields(range).firmness === 'firm';
    writer.step = Math.max(writer.step, range.step);
    writers.set(range.traceId, writer);
  }
  const ranked = [...writers].sort(([, left], [, right]) => right.lines - left.lines);
  return ranked.map(([trace_id, { lines, isFirm, step }]) => {
    return {
      trace_id,
      relation: 'wrote',
      firmness: isFirm ? 'firm' : 'provisional',
      lines,
      step_index: step,
    };
  });
}

/** Agents by trace; a trace that is gone is left out. */
class Agents {
  readonly #database: Sqlite;

  constructor(database: Sqlite) {
    this.#database = database;
  }

  named({ trace_id, ...session }: FoundSession): CommitSession[] {
    const sql = 'SELECT agent FROM traces WHERE trace_id = ?';
    const [row] = this.#database.all<{ agent: string }>(sql, trace_id);
    return row === undefined ? [] : [{ trace_id, agent: row.agent, ...session }];
  }
}
