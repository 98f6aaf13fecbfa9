/** What a changed policy makes a push seal anew. Seals nothing. */
import { openCopy } from '../bucket/find.ts';
import type { Bucket } from '../bucket/home.ts';
import { journalOfRef, LANES_PREFIX, SEALED_PREFIX, sealedRef } from '../bucket/layout.ts';
import { copiesOfTip } from '../bucket/list.ts';
import { ownShelf } from '../bucket/shelves.ts';
import type { Policy } from '../security/contract.ts';

export interface Reseal {
  /** Traces of months that were sealed before, under other policies only. */
  readonly traces: number;
  /** Bytes of their raw sources. */
  readonly bytes: number;
}

/** Counts what has been sealed under another policy and not yet under this one. */
export async function countReseal(bucket: Bucket, policy: Policy): Promise<Reseal> {
  const { refs } = bucket.repository;
  const sealed = (await refs.list(SEALED_PREFIX)).map(({ name }) => name);
  let traces = 0;
  let bytes = 0;
  for (const { name, oid } of await refs.list(LANES_PREFIX)) {
    const journal = journalOfRef(name);
    if (journal === null) continue;
    const { lane, month } = journal;
    const isOld = sealed.some((ref) => ref.endsWith(`/${lane}/${month}`));
    if (!isOld || sealed.includes(sealedRef(policy.digest, lane, month))) continue;
    const copies = await copiesOfTip({ shelf: ownShelf(bucket), ref: name, lane, month, commit: oid });
    traces += copies.length;
    for (const copy of copies) bytes += (await openCopy(copy).meta()).raw_bytes;
  }
  return { traces, bytes };
}
