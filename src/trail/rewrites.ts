/** Rewrites and merges: what hooks told of them, and what follows from the commits themselves. */
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { Oid } from '../git/ports.ts';
import type { ObservedGit } from '../record/source.ts';
import type { HistoryCommit } from './history.ts';
import { copyOf } from './read-edits.ts';
import type { Trail } from './trail.ts';

const OID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** One commit that stands for another. */
export interface Rewrite {
  readonly kind: 'rewrite';
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** `observed`: a hook told; `derived`: author, time of writing and subject are the same. */
  readonly evidence: 'observed' | 'derived';
  /** git's word, `amend` or `rebase`; null where nothing told. */
  readonly by: string | null;
  readonly from: Oid;
  readonly commit: Oid;
}

/** HEAD took in other commits; a merge commit of its own tells of itself. */
export interface ObservedMerge {
  readonly kind: 'merge';
  readonly time: string;
  readonly evidence: 'observed';
  readonly by: 'squash' | 'merge';
  readonly from: Oid;
  readonly commit: Oid;
}

/** What hooks told while sessions of the repository went on that ended at `since` (milliseconds since 1970) or later. */
export async function observedEvents(
  { database, shelves }: { readonly database: Sqlite; readonly shelves: readonly Shelf[] },
  trail: Trail,
  since: number,
): Promise<Array<Rewrite | ObservedMerge>> {
  const ended = database.prepare('SELECT ended FROM traces WHERE id = ?');
  const found = new Map<string, Rewrite | ObservedMerge>();
  for (const session of trail.sessions.values()) {
    const last = ended.all<{ ended: number | null }>(session.id)[0]?.ended ?? null;
    const copy = last !== null && last < since ? null : copyOf(session, shelves);
    const seen = copy === null ? null : await toldOf(copy);
    for (const { at, by, pairs } of seen?.rewrites ?? []) {
      for (const [from, commit] of pairs)
        if (OID.test(from) && OID.test(commit))
          found.set(`${from} ${commit}`, {
            kind: 'rewrite',
            time: at,
            evidence: 'observed',
            by,
            from,
            commit,
          });
    }
    for (const { at, before, after, squash } of seen?.merges ?? []) {
      if (!OID.test(before) || !OID.test(after)) continue;
      const by = squash ? 'squash' : 'merge';
      found.set(`${before} ${after} ${by}`, {
        ...{ kind: 'merge', time: at, evidence: 'observed', by, from: before, commit: after },
      });
    }
  }
  return [...found.values()];
}

/** Null where nothing was told, or it cannot be read. */
async function toldOf(copy: TraceCopy): Promise<ObservedGit | null> {
  try {
    return await openCopy(copy).git();
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return null;
    throw error;
  }
}

/** Commits of one author, time of writing and subject of which neither descends from the other: the later was made from the first. */
export function derivedRewrites(commits: readonly HistoryCommit[]): Rewrite[] {
  const byFacts = new Map<string, HistoryCommit[]>();
  for (const commit of commits) {
    const key = JSON.stringify([commit.author, commit.authored, commit.subject]);
    byFacts.set(key, [...(byFacts.get(key) ?? []), commit]);
  }
  const parents = new Map(commits.map(({ oid, parents: above }) => [oid, above]));
  return [...byFacts.values()].flatMap(([first, ...later]) =>
    later.flatMap(({ oid, committed }): Rewrite[] => {
      if (descendsFrom(parents, oid, first!.oid)) return [];
      const time = new Date(committed * 1000).toISOString();
      return [{ kind: 'rewrite', time, evidence: 'derived', by: null, from: first!.oid, commit: oid }];
    }),
  );
}

function descendsFrom(parents: ReadonlyMap<Oid, readonly Oid[]>, oid: Oid, ancestor: Oid): boolean {
  const seen = new Set([oid]);
  for (const each of seen) {
    if (each === ancestor) return true;
    for (const parent of parents.get(each) ?? []) seen.add(parent);
  }
  return false;
}
