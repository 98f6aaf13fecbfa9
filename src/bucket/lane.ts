/**
 * A new lane begins when this bucket turns out to be a copy, or when a remote holds a tip of our lane that
 * we did not write. Our journals are then renamed, in one transaction: the history stays, the old name
 * is left to the other machine, and no two machines ever write the same ref.
 */
import { OtError } from '../base/errors.ts';
import type { RefEdit } from '../git/ports.ts';
import { restoreGuards } from './guards.ts';
import { type Bucket, refreshLane, writeNewLane } from './home.ts';
import { journalOfRef, LANES_PREFIX, PUSHED_PREFIX, SEALED_PREFIX } from './layout.ts';
import { withLock } from './lock.ts';
import { closeFolders } from './private-folders.ts';
import { sweepDrafts, sweepRefLocks } from './sweep.ts';

/** Renames every journal of ours to a fresh lane; call under the bucket lock. Returns the bucket with it. */
export async function beginNewLane(bucket: Bucket): Promise<Bucket> {
  const lane = bucket.platform.randomHex(8);
  const { refs } = bucket.repository;
  const edits: RefEdit[] = [];
  const taken = new Set<string>();
  for (const prefix of [LANES_PREFIX, SEALED_PREFIX]) {
    for (const ref of await refs.list(prefix)) {
      let name = renamed(ref.name, lane);
      if (name === null) continue;
      // Two lanes of one month, as only a person's own edits make them, stay two.
      if (taken.has(name)) name = renamed(ref.name, bucket.platform.randomHex(8))!;
      taken.add(name);
      edits.push({ name: ref.name, next: null, expected: ref.oid });
      edits.push({ name, next: ref.oid, expected: null });
    }
  }
  for (const ref of await refs.list(PUSHED_PREFIX))
    edits.push({ name: ref.name, next: null, expected: ref.oid });
  // The refs first: killed between the two steps, the next run finds its lane empty of refs and renames again.
  if (edits.length > 0) await refs.transaction(edits);
  await writeNewLane({ home: bucket.home, platform: bucket.platform }, lane);
  return { ...bucket, lane, laneIsOurs: true };
}

/** Name of a journal in another lane; null for a ref that is no journal. */
function renamed(name: string, lane: string): string | null {
  const journal = journalOfRef(name);
  if (journal === null) return null;
  return `${name.slice(0, -`${journal.lane}/${journal.month}`.length)}${lane}/${journal.month}`;
}

/**
 * Runs `work` under the bucket lock, with the lane as it is now: another process may have begun a new one
 * since the bucket was opened, and a copy must get its own before it writes. Tidies the home first,
 * and packs the bucket afterwards when it is over its budget.
 */
export async function withWritableBucket<T>(
  bucket: Bucket,
  work: (bucket: Bucket) => Promise<T>,
): Promise<T> {
  const { home, platform } = bucket;
  return withLock(home, platform, async ({ afterDeath }) => {
    await tidyHome(bucket, afterDeath);
    const current = await refreshLane(bucket);
    const result = await work(current.laneIsOurs ? current : await beginNewLane(current));
    await maintain(current);
    return result;
  });
}

/**
 * What every writer does first, under the lock: clears away what killed writers left, closes the folders to
 * others, puts missing guards back. `afterDeath` as the lock tells it.
 */
export async function tidyHome({ home, platform, repository }: Bucket, afterDeath: boolean): Promise<void> {
  if (afterDeath) await sweepRefLocks(home, platform);
  await sweepDrafts(home, platform);
  closeFolders(home);
  await restoreGuards(home, repository);
}

/** What the work wrote is durable by now: a failure to pack is no failure of it, and the next writer tries again. */
async function maintain({ repository }: Bucket): Promise<void> {
  try {
    await repository.maintain?.();
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
  }
}
