/**
 * What of a month's sealed copy leaves to one remote: what that remote has not got, whenever it was sealed.
 * Seals nothing: numbers of traces sealed earlier are cached, or counted in the sealed copy.
 */
import type { TraceCopy } from '../bucket/find.ts';
import type { Bucket } from '../bucket/home.ts';
import { copiesOfForeignTip } from '../bucket/list.ts';
import { ownShelf } from '../bucket/shelves.ts';
import { TraceFolder } from '../bucket/trace-folder.ts';
import type { Oid } from '../git/ports.ts';
import type { SealCache } from './seal-cache.ts';
import type { SealedMonth } from './seal-journal.ts';
import { contentOf, type SealedContent, sumCounts } from './sealed-content.ts';

export interface Leaving extends SealedContent {
  /** Traces that are new there or another than there. */
  readonly leaving: number;
}

export interface LeavingOptions {
  readonly bucket: Bucket;
  readonly cache: SealCache;
  readonly month: SealedMonth;
  /** Tip the remote has; null for none. */
  readonly there: Oid | null;
  /** True when what is there is a beginning of ours: of a trace that grew only its growth leaves. */
  readonly grows: boolean;
}

export const NOTHING_LEAVES: Leaving = { leaving: 0, bytes: 0, replaced: {} };

/** Counts what leaves. Of a month written anew every changed trace counts whole. */
export async function countLeaving(options: LeavingOptions): Promise<Leaving> {
  const sent = await copiesAt(options, options.there);
  const contents: SealedContent[] = [];
  for (const [traceId, { tree, content }] of await copiesNow(options)) {
    const old = sent.get(traceId);
    if (old?.tree === tree) continue;
    const now = content ?? (await knownContent(options, traceId, tree));
    const base = options.grows && old !== undefined ? await knownContent(options, traceId, old.tree) : null;
    contents.push(base === null ? now : difference(now, base));
  }
  return {
    leaving: contents.length,
    bytes: contents.reduce((sum, { bytes }) => sum + bytes, 0),
    replaced: sumCounts(contents.map(({ replaced }) => replaced)),
  };
}

interface CopyNow {
  readonly tree: Oid;
  /** Null when it was not sealed now. */
  readonly content: SealedContent | null;
}

/** The month as it will leave; after a dry run its new parts are in no store. */
async function copiesNow(options: LeavingOptions): Promise<Map<string, CopyNow>> {
  const { month } = options;
  const copies = new Map<string, CopyNow>();
  for (const [id, { tree }] of await copiesAt(options, month.before)) copies.set(id, { tree, content: null });
  for (const id of month.removedIds) copies.delete(id);
  for (const [id, copy] of month.sealedNow) copies.set(id, copy);
  return copies;
}

/** Traces of a sealed tip by id; none when its commit is not here. */
async function copiesAt(
  { bucket, month }: LeavingOptions,
  commit: Oid | null,
): Promise<Map<string, TraceCopy>> {
  if (commit === null || (await bucket.repository.objects.info(commit)) === null) return new Map();
  const tip = { shelf: ownShelf(bucket), ref: month.ref, lane: month.lane, month: month.month, commit };
  return new Map((await copiesOfForeignTip(tip)).map((copy) => [copy.traceId, copy]));
}

async function knownContent(
  { bucket, cache }: LeavingOptions,
  traceId: string,
  tree: Oid,
): Promise<SealedContent> {
  return (
    cache.contentOf(tree) ?? (await contentOf(new TraceFolder(bucket.repository.objects, traceId, tree)))
  );
}

function difference(now: SealedContent, base: SealedContent): SealedContent {
  const kinds = Object.entries(now.replaced).map(
    ([kind, count]) => [kind, Math.max(0, count - (base.replaced[kind] ?? 0))] as const,
  );
  return {
    bytes: Math.max(0, now.bytes - base.bytes),
    replaced: Object.fromEntries(kinds.filter(([, count]) => count > 0)),
  };
}
