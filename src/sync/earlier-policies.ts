/** Sealed copies that no push sends any more: those under another policy, or as an earlier version sealed them. */
import { OtError } from '../base/errors.ts';
import type { Bucket } from '../bucket/home.ts';
import { journalOfRef, SEALED_PREFIX, sealedRef } from '../bucket/layout.ts';

/**
 * Takes out the refs of journals that are sealed under the policy of this digest as well. Call when that copy is
 * at the remote: until then somebody may go back to the policy before. A ref that moves meanwhile stays.
 */
export async function dropEarlierSealed({ repository }: Bucket, digest: string): Promise<void> {
  const refs = await repository.refs.list(SEALED_PREFIX);
  const names = new Set(refs.map(({ name }) => name));
  const earlier = refs.filter(({ name }) => {
    const journal = journalOfRef(name);
    if (journal === null) return false;
    const now = sealedRef(digest, journal.lane, journal.month);
    return name !== now && names.has(now);
  });
  const edits = earlier.map(({ name, oid }) => ({ name, next: null, expected: oid }));
  if (edits.length > 0) await repository.refs.transaction(edits).catch(unlessMoved);
}

function unlessMoved(error: unknown): void {
  if (!(error instanceof OtError) || error.kind !== 'conflict') throw error;
}
