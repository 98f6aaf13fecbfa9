/** `trail blame trace`: the commits that come from one session, and how. */
import type { Oid } from '../git/ports.ts';
import { attribute } from './attribute.ts';
import { type BlamedCommit, blameTrace, commitOf } from './blame-commit.ts';
import { sessionsOfCommits } from './commit-sessions.ts';
import type { HistoryCommit } from './history.ts';
import type { CommitSession } from './relations.ts';
import { Trail, type TrailOptions } from './trail.ts';

/** How long after its last step commits are looked at that hold no line of a session, and how many of them. */
const LATER_MS = 4 * 3_600_000;
const MOST_COMMITS = 100;

export interface TraceCommit extends BlamedCommit {
  /** How the commit comes from the trace. */
  readonly relations: ReadonlyArray<Omit<CommitSession, 'trace_id' | 'agent'>>;
}

/** The oldest first; of each only the lines of that trace. */
export async function commitsOfTrace(
  options: TrailOptions,
  traceId: string,
): Promise<readonly TraceCommit[]> {
  const blamed = new Map((await blameTrace(options, traceId)).map((each) => [each.commit, each]));
  const trail = await Trail.open(options);
  const around = commitsAround(options, trail.commits, traceId).filter(({ oid }) => !blamed.has(oid));
  const paths = new Set(around.flatMap(({ oid }) => trail.pathsIn(oid)));
  await attribute(options, trail, { paths });
  const commits = trail.commits.filter(
    ({ oid }) => blamed.has(oid) || around.some((each) => each.oid === oid),
  );
  const sessions = await sessionsOfCommits(options, trail, commits);
  const related = commits.flatMap((commit): TraceCommit[] => {
    const relations = (sessions.get(commit.oid) ?? []).flatMap(({ trace_id, agent: _agent, ...how }) =>
      trace_id === traceId ? [how] : [],
    );
    const known = blamed.get(commit.oid);
    if (known === undefined && relations.length === 0) return [];
    return [{ ...(known ?? commitOf(commit, [])), relations }];
  });
  const times = new Map<Oid, number>(commits.map(({ oid, committed }) => [oid, committed]));
  return related.sort((left, right) => times.get(left.commit)! - times.get(right.commit)!);
}

/** Commits that were written while the session went on, or shortly after. */
function commitsAround(
  { database }: TrailOptions,
  commits: readonly HistoryCommit[],
  traceId: string,
): HistoryCommit[] {
  const sql = 'SELECT started, ended FROM traces WHERE trace_id = ?';
  const [row] = database.all<{ started: number | null; ended: number | null }>(sql, traceId);
  if (row?.started == null || row.ended === null) return [];
  const { started, ended } = row;
  const isAround = ({ authored }: HistoryCommit): boolean =>
    authored * 1000 + 999 >= started && authored * 1000 <= ended + LATER_MS;
  return commits.filter(isAround).slice(0, MOST_COMMITS);
}
