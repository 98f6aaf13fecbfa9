/** `trail blame commit` and `trail blame trace`: which lines of a commit agents wrote, and what became committed of a trace. */
import type { Oid } from '../git/ports.ts';
import type { LineOwner } from './blame.ts';
import { ownerOfEdits } from './blame.ts';
import type { FileGroup } from './file-groups.ts';
import type { HistoryCommit } from './history.ts';
import type { FoundEdit } from './read-edits.ts';
import type { AttributedChange } from './replay.ts';
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

/** Lines of one commit. Empty for one that agents wrote nothing of. */
export async function blameCommit(options: TrailOptions, commit: Oid): Promise<readonly BlamedFile[]> {
  const trail = await Trail.open(options);
  const groups = trail.groups.filter(({ commits }) => commits.some((each) => each.commit.oid === commit));
  const files: BlamedFile[] = [];
  for (const group of groups) {
    const { changes, edits } = await trail.replay(group);
    files.push(
      ...changes.filter((change) => change.commit === commit).map((change) => fileOf(change, edits)),
    );
  }
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function fileOf({ path, added, ranges }: AttributedChange, edits: readonly FoundEdit[]): BlamedFile {
  const lines = ranges.map(({ start, end, owner }) => ({ start, end, ...ownerOfEdits(owner, edits) }));
  return { path, added, attributed: linesIn(lines), lines };
}

function linesIn(ranges: ReadonlyArray<{ readonly start: number; readonly end: number }>): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
}

/** Commits with lines of a trace, the oldest first; of each only the lines of that trace. */
export async function blameTrace(options: TrailOptions, traceId: string): Promise<readonly BlamedCommit[]> {
  const trail = await Trail.open(options);
  const wrote = ({ patches }: FileGroup): boolean =>
    patches.some(({ session }) => session.trace_id === traceId);
  const found = new Map<Oid, BlamedFile[]>();
  for (const group of trail.groups.filter(wrote)) {
    const { changes, edits } = await trail.replay(group);
    for (const change of changes) {
      const file = fileOf(change, edits);
      const lines = file.lines.filter((line) => line.trace_id === traceId);
      if (lines.length === 0) continue;
      const files = found.get(change.commit) ?? [];
      files.push({ ...file, lines, attributed: linesIn(lines) });
      found.set(change.commit, files);
    }
  }
  return trail.commits.flatMap((commit) => {
    const files = found.get(commit.oid);
    return files === undefined ? [] : [commitOf(commit, files)];
  });
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
