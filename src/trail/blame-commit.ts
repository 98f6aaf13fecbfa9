/** `trail blame commit` and `trail blame trace`: which lines of a commit agents wrote, and what became committed of a trace. */
import type { Oid } from '../git/ports.ts';
import { attribute } from './attribute.ts';
import type { LineOwner } from './blame.ts';
import { ownerFields } from './blame.ts';
import { sessionsOfCommits } from './commit-sessions.ts';
import type { HistoryCommit } from './history.ts';
import type { CommitSession } from './relations.ts';
import { type StoredChange, TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';

/** Lines of a file that one patch wrote: inclusive, from 1. */
export interface OwnedLines extends LineOwner {
  readonly start: number;
  readonly end: number;
}

export interface BlamedFile {
  readonly path: string;
  /** Lines the commit brought, and how many of them agents wrote. */
  readonly added: number;
  readonly attributed: number;
  readonly lines: readonly OwnedLines[];
}

export interface BlamedCommit {
  readonly commit: Oid;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** Files with lines of agents. */
  readonly files: readonly BlamedFile[];
  readonly attributed: number;
  readonly traces: readonly string[];
}

export interface CommitBlame {
  /** Files with lines of agents. */
  readonly files: readonly BlamedFile[];
  /** Sessions the commit comes from, and how. */
  readonly sessions: readonly CommitSession[];
}

/** Lines and sessions of one commit. Empty for one that agents have nothing to do with, and for one older than every edit. */
export async function blameCommit(options: TrailOptions, commit: Oid): Promise<CommitBlame> {
  const trail = await Trail.open(options);
  await attribute(options, trail, { paths: trail.pathsIn(commit) });
  const store = new TrailStore(options.database, options.repository);
  const known = trail.commit(commit);
  const sessions = await sessionsOfCommits(options, trail, known === null ? [] : [known]);
  return { files: store.changesOf(commit).map(fileOf), sessions: sessions.get(commit) ?? [] };
}

function fileOf({ path, added, ranges }: StoredChange): BlamedFile {
  const lines = ranges.map(({ start, end, ...range }) => ({ start, end, ...ownerFields(range) }));
  return { path, added, attributed: linesIn(lines), lines };
}

function linesIn(ranges: ReadonlyArray<{ readonly start: number; readonly end: number }>): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
}

/** Commits with lines of a trace, the oldest first; of each only the lines of that trace. */
export async function blameTrace(options: TrailOptions, traceId: string): Promise<readonly BlamedCommit[]> {
  const trail = await Trail.open(options);
  const paths = trail.pathsOf(traceId);
  await attribute(options, trail, { paths });
  const store = new TrailStore(options.database, options.repository);
  const found = new Map<Oid, BlamedFile[]>();
  for (const path of new Set(paths.flatMap((each) => [...trail.connected(each)]))) {
    for (const change of store.changesAt(path)) {
      const ranges = change.ranges.filter((range) => range.traceId === traceId);
      if (ranges.length === 0) continue;
      const files = found.get(change.commit) ?? [];
      files.push(fileOf({ ...change, ranges }));
      found.set(change.commit, files);
    }
  }
  const commits = [...found].flatMap(([oid, files]) => {
    const commit = trail.commit(oid);
    files.sort((left, right) => (left.path < right.path ? -1 : 1));
    return commit === null ? [] : [{ commit, files }];
  });
  commits.sort((left, right) => left.commit.committed - right.commit.committed);
  return commits.map(({ commit, files }) => commitOf(commit, files));
}

export function commitOf(
  { oid, subject, author, authored }: HistoryCommit,
  files: readonly BlamedFile[],
): BlamedCommit {
  const traces = new Set(files.flatMap(({ lines }) => lines.flatMap(({ trace_id }) => trace_id ?? [])));
  return {
    commit: oid,
    subject,
    author,
    time: new Date(authored * 1000).toISOString(),
    files,
    attributed: files.reduce((sum, file) => sum + file.attributed, 0),
    traces: [...traces].sort(),
  };
}
