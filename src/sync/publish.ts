/** The one door to a remote: it opens for sealed ids only. */
import type { Oid, RefUpdateResult, Transport, TransportProgress } from '../git/ports.ts';
import { type Sealed, sealedValue } from '../security/seal.ts';

export interface SealedUpdate {
  /** Sealed journal tip to publish; `null` deletes the remote ref. */
  readonly oid: Sealed<Oid> | null;
  readonly remoteRef: string;
  readonly expected: Oid | null;
  readonly force: boolean;
}

/** Pushes with a lease on every ref. */
export function publish(
  transport: Transport,
  url: string,
  updates: readonly SealedUpdate[],
  progress?: TransportProgress,
): Promise<readonly RefUpdateResult[]> {
  const plain = updates.map((update) => ({
    ...update,
    oid: update.oid === null ? null : sealedValue(update.oid),
  }));
  return transport.push(url, plain, progress);
}
