/**
 * `bucket remote status` and `diff`: what a push would send and a pull would bring, from the names and tips
 * the remote lists and from what is here. Seals nothing, fetches nothing, changes nothing.
 */
import type { TraceCopy } from '../bucket/find.ts';
import type { Bucket, Engine } from '../bucket/home.ts';
import { journalOfRef, LANES_PREFIX, remoteSealedRef, SEALED_PREFIX, sealedRef } from '../bucket/layout.ts';
import { copiesOfForeignTip, copiesOfTip } from '../bucket/list.ts';
import { openShelves, ownShelf, type Shelf } from '../bucket/shelves.ts';
import type { Oid, Ref, Transport } from '../git/ports.ts';
import type { Policy } from '../security/contract.ts';
import type { Remote } from './remotes.ts';
import { SealCache } from './seal-cache.ts';

export interface CompareContext {
  readonly bucket: Bucket;
  readonly engine: Engine;
  readonly policy: Policy;
  readonly transport: (gitDir: string) => Transport;
}

/** A trace of ours that the remote has not, or has in an older state, or has still. */
export interface TraceChange {
  readonly trace_id: string;
  readonly month: string;
  readonly change: 'new' | 'changed' | 'removed';
}

/** A journal of another machine whose state there is not the one here. */
export interface JournalChange {
  readonly ref: string;
  readonly change: 'new' | 'moved';
}

export interface RemoteDiff {
  readonly remote: Remote;
  readonly state: 'current' | 'ahead' | 'behind' | 'diverged';
  readonly to_push: readonly TraceChange[];
  readonly to_pull: readonly JournalChange[];
  /** Journals that were pulled and that the remote no longer has. */
  readonly gone: readonly string[];
  /** Traces that were pulled from it. */
  readonly pulled_traces: number;
}

/** Compares with one remote. Throws what its transport throws (exit 4). */
export async function compareRemote(context: CompareContext, remote: Remote): Promise<RemoteDiff> {
  const { bucket, engine, transport } = context;
  const listed = await transport(bucket.gitDir).listRemote(remote.url, SEALED_PREFIX);
  const shelves = await openShelves(bucket, engine);
  const pulled = shelves.find((shelf) => shelf.remote === remote.name);
  try {
    const to_push = await pushChanges(context, new Map(listed.map((ref) => [ref.name, ref.oid])));
    const { to_pull, gone } = await pullChanges(await ownLanes(bucket), listed, pulled);
    const pulled_traces = pulled === undefined ? 0 : await countTraces(pulled);
    return { remote, state: stateOf(to_push, to_pull), to_push, to_pull, gone, pulled_traces };
  } finally {
    await Promise.all(shelves.slice(1).map((shelf) => shelf.objects.close()));
  }
}

function stateOf(push: readonly TraceChange[], pull: readonly JournalChange[]): RemoteDiff['state'] {
  if (push.length === 0) return pull.length === 0 ? 'current' : 'behind';
  return pull.length === 0 ? 'ahead' : 'diverged';
}

async function pushChanges(
  context: CompareContext,
  there: ReadonlyMap<string, Oid>,
): Promise<readonly TraceChange[]> {
  const { bucket } = context;
  const cache = await SealCache.load(bucket.home);
  const changes: TraceChange[] = [];
  for (const { name, oid } of await bucket.repository.refs.list(LANES_PREFIX)) {
    const journal = journalOfRef(name);
    if (journal === null) continue;
    // A copied bucket begins a lane of its own, which no remote has.
    const tip = bucket.laneIsOurs ? (there.get(remoteSealedRef(journal.lane, journal.month)) ?? null) : null;
    const month = { ...journal, raw: oid, tip };
    changes.push(...(await monthChanges(context, cache, month)));
  }
  return changes;
}

interface Month {
  readonly lane: string;
  readonly month: string;
  readonly raw: Oid;
  /** Sealed tip at the remote. */
  readonly tip: Oid | null;
}

async function monthChanges(
  { bucket, policy }: CompareContext,
  cache: SealCache,
  { lane, month, raw, tip }: Month,
): Promise<TraceChange[]> {
  const since = cache.sealedFrom(sealedRef(policy.digest, lane, month), tip);
  if (tip !== null && since === raw) return [];
  const now = await treesOf(bucket, raw);
  const sent = await treesOf(bucket, tip);
  const then = await treesOf(bucket, since);
  const changes: TraceChange[] = [];
  for (const [trace_id, tree] of now) {
    if (!sent.has(trace_id)) changes.push({ trace_id, month, change: 'new' });
    else if (then.get(trace_id) !== tree) changes.push({ trace_id, month, change: 'changed' });
  }
  for (const trace_id of sent.keys()) {
    if (!now.has(trace_id)) changes.push({ trace_id, month, change: 'removed' });
  }
  return changes;
}

/** Trace folders of a journal commit; empty when it is not in our bucket. */
async function treesOf(bucket: Bucket, commit: Oid | null): Promise<Map<string, Oid>> {
  if (commit === null || (await bucket.repository.objects.info(commit)) === null) return new Map();
  const tip = { shelf: ownShelf(bucket), ref: '', lane: bucket.lane, month: '', commit };
  return new Map((await copiesOfTip(tip)).map((copy: TraceCopy) => [copy.traceId, copy.tree]));
}

/** Journals of other lanes whose tip there is not the one that was pulled, and those that are there no more. */
async function pullChanges(
  own: ReadonlySet<string>,
  listed: readonly Ref[],
  pulled: Shelf | undefined,
): Promise<Pick<RemoteDiff, 'to_pull' | 'gone'>> {
  const here = new Map((await pulled?.refs.list(SEALED_PREFIX))?.map((ref) => [ref.name, ref.oid]));
  const changes: JournalChange[] = [];
  for (const { name, oid } of listed) {
    const known = here.get(name);
    here.delete(name);
    if (!isForeignJournal(name, own) || known === oid) continue;
    changes.push({ ref: name, change: known === undefined ? 'new' : 'moved' });
  }
  return { to_pull: changes, gone: [...here.keys()].filter((ref) => isForeignJournal(ref, own)) };
}

async function ownLanes(bucket: Bucket): Promise<ReadonlySet<string>> {
  const refs = await bucket.repository.refs.list(LANES_PREFIX);
  return new Set([bucket.lane, ...refs.flatMap(({ name }) => journalOfRef(name)?.lane ?? [])]);
}

function isForeignJournal(name: string, own: ReadonlySet<string>): boolean {
  const journal = journalOfRef(name);
  return journal !== null && !own.has(journal.lane) && name === remoteSealedRef(journal.lane, journal.month);
}

async function countTraces(shelf: Shelf): Promise<number> {
  const refs = await shelf.refs.list(SEALED_PREFIX);
  const tips = refs.map(({ name, oid }) => ({ shelf, ref: name, lane: '', month: '', commit: oid }));
  const copies = await Promise.all(tips.map(copiesOfForeignTip));
  return new Set(copies.flat().map((copy) => copy.traceId)).size;
}
