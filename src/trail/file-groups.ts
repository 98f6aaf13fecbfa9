/** Files that are one file through its renames, and what happened to each of them in time order. */
import type { Oid } from '../git/ports.ts';
import type { FileChange, HistoryCommit } from './history.ts';
import type { LedgerCommit } from './ledger.ts';
import type { PlacedPatch } from './read-edits.ts';

/** Changes of each commit against each of its parents. */
export type Changes = ReadonlyMap<Oid, ReadonlyArray<readonly FileChange[]>>;

export interface CommittedFile {
  readonly time: number;
  readonly commit: HistoryCommit;
  readonly entry: LedgerCommit;
}

export interface FileGroup {
  /** Every path the file had. */
  readonly paths: readonly string[];
  readonly patches: readonly PlacedPatch[];
  /** In time order. */
  readonly commits: readonly CommittedFile[];
}

/** The paths themselves, and every path that a rename joins to one of them. */
export function connectedPaths(paths: readonly string[], changes: Changes): ReadonlySet<string> {
  return closure(paths, renamesIn(changes));
}

/** Groups of the files that patches are of. `commits`: parents before children. */
export function fileGroups(
  patches: readonly PlacedPatch[],
  commits: readonly HistoryCommit[],
  changes: Changes,
): FileGroup[] {
  const renames = renamesIn(changes);
  const groups = new Map<
    string,
    { paths: readonly string[]; patches: PlacedPatch[]; commits: CommittedFile[] }
  >();
  for (const patch of patches) {
    if (!groups.has(patch.path)) {
      const group = { paths: [...closure([patch.path], renames)], patches: [], commits: [] };
      for (const path of group.paths) groups.set(path, group);
    }
    groups.get(patch.path)!.patches.push(patch);
  }
  for (const file of committedFiles(commits, changes)) groups.get(file.entry.path)?.commits.push(file);
  const found = [...new Set(groups.values())];
  for (const group of found) group.commits.sort((left, right) => left.time - right.time);
  return found;
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

function closure(paths: readonly string[], neighbours: Neighbours): Set<string> {
  const found = new Set(paths);
  for (const path of found) for (const next of neighbours.get(path) ?? []) found.add(next);
  return found;
}

function renamesIn(changes: Changes): Neighbours {
  const neighbours = new Map<string, string[]>();
  const join = (from: string, to: string): void => {
    const list = neighbours.get(from);
    if (list === undefined) neighbours.set(from, [to]);
    else list.push(to);
  };
  for (const parents of changes.values()) {
    for (const { oldPath, newPath } of parents.flat()) {
      if (oldPath === null || newPath === null || oldPath === newPath) continue;
      join(oldPath, newPath);
      join(newPath, oldPath);
    }
  }
  return neighbours;
}

/** A commit's time is whole seconds: edits of the same second come before it. It never comes before its parents. */
function* committedFiles(commits: readonly HistoryCommit[], changes: Changes): Generator<CommittedFile> {
  const times = new Map<Oid, number>();
  const authored = new Set<string>();
  for (const commit of commits) {
    const after = commit.parents.map((parent) => times.get(parent) ?? 0);
    const time = Math.max(commit.committed * 1000 + 999, ...after);
    times.set(commit.oid, time);
    const name = `${commit.authored} ${commit.author}`;
    const repeats = authored.has(name) || /^(?:Revert|Reapply) "/.test(commit.subject);
    authored.add(name);
    for (const entry of entriesOf(changes.get(commit.oid) ?? [], repeats)) yield { time, commit, entry };
  }
}

/** Files that a commit has otherwise than all of its parents. */
function entriesOf(changes: ReadonlyArray<readonly FileChange[]>, repeats: boolean): LedgerCommit[] {
  const [first = [], ...others] = changes;
  return first.flatMap(({ newPath: path, newOid: oid, oldPath, oldOid }): LedgerCommit[] => {
    if (path === null || oid === null) return [];
    const parents = [parentFile(oldPath, oldOid)];
    for (const other of others) {
      const change = other.find((each) => each.newPath === path);
      if (change === undefined) return [];
      parents.push(parentFile(change.oldPath, change.oldOid));
    }
    return [{ path, oid, parents, repeats }];
  });
}

function parentFile(path: string | null, oid: Oid | null): { path: string; oid: Oid } | null {
  return path === null || oid === null ? null : { path, oid };
}
