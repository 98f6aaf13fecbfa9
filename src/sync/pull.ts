/**
 * `bucket remote pull`: what a remote holds, fetched into a repository of its own. Our bucket is never
 * touched: reading unites the two (see `bucket/find.ts`), so no order of pulls and captures loses anything.
 */
import { stat } from 'node:fs/promises';
import { isSystemError, OtError } from '../base/errors.ts';
import type { Bucket, Engine } from '../bucket/home.ts';
import { tidyHome } from '../bucket/lane.ts';
import { journalOfRef, SEALED_PREFIX } from '../bucket/layout.ts';
import { copiesOfForeignTip } from '../bucket/list.ts';
import { withLock } from '../bucket/lock.ts';
import { closeShelves, journalTips, openShelves, remoteGitDir, type Shelf } from '../bucket/shelves.ts';
import type { Ref, RefStore, Transport, TransportProgress } from '../git/ports.ts';
import type { Remote } from './remotes.ts';

export interface PullContext {
  readonly bucket: Bucket;
  readonly engine: Engine;
  readonly transport: (gitDir: string) => Transport;
  readonly onProgress?: TransportProgress;
  /** Fetch everything anew: what the repository of the remote lost comes back. */
  readonly again?: boolean;
  /** Drop journals that the remote no longer has; without it they stay. */
  readonly prune?: boolean;
}

export interface PulledRef {
  readonly ref: string;
  readonly change: 'new' | 'updated' | 'rewritten' | 'pruned';
}

export interface PullReport {
  readonly remote: string;
  readonly refs: readonly PulledRef[];
  /** Journals that the remote no longer has and that are kept here. */
  readonly gone: readonly string[];
  /** Traces this remote's repository holds now. */
  readonly traces: number;
  /** How many of them were nowhere here before, neither own nor pulled from any remote. */
  readonly new_traces: number;
  /** How many of them were captured here too. */
  readonly own_traces: number;
  /** Refs below our namespace that are no journals: fetched by nobody, named here. */
  readonly ignored: readonly string[];
  /** Journals that could not be taken, such as one with an object against git's rules; their old state stays. */
  readonly refused: readonly RefusedRef[];
}

export interface RefusedRef {
  readonly ref: string;
  /** Git's own words. */
  readonly reason: string;
}

/**
 * Fetches every sealed journal of the remote; what it no longer has stays here unless `prune` is set. Throws what the transport throws (exit 4), and `OT_REMOTE_EMPTY`
 * (exit 4) when a remote that gave us journals lists none at all.
 */
export async function pullRemote(context: PullContext, remote: Remote): Promise<PullReport> {
  const gitDir = remoteGitDir(context.bucket.home, remote.name);
  return withLock(context.bucket.home, context.bucket.platform, async ({ afterDeath }) => {
    await tidyHome(context.bucket, afterDeath);
    await ensureRepository(context, gitDir);
    const transport = context.transport(gitDir);
    const listed = await transport.listRemote(remote.url, SEALED_PREFIX);
    const journals = listed.filter((ref) => isRemoteJournal(ref.name));
    const ignored = listed.filter((ref) => !isRemoteJournal(ref.name)).map((ref) => ref.name);
    const repository = await context.engine.open(gitDir);
    const shelf: Shelf = { ...repository, remote: remote.name, prefix: SEALED_PREFIX };
    try {
      const before = await repository.refs.list(SEALED_PREFIX);
      if (journals.length === 0 && before.length > 0) throw emptied(remote);
      const known = await knownTraces(context);
      const refused = await fetchChanged(context, transport, remote, journals, before);
      const gone = goneRefs(before, journals);
      const pruned = context.prune === true ? await dropRefs(repository.refs, gone) : [];
      const taken = journals.filter(({ name }) => !refused.some(({ ref }) => ref === name));
      const refs = [...(await describe(context, gitDir, before, taken)), ...pruned];
      const kept = context.prune === true ? [] : gone.map(({ name }) => name);
      const sums = sumsOf(await traceIds(shelf), known);
      return { remote: remote.name, refs, gone: kept, ...sums, ignored, refused };
    } finally {
      await repository.objects.close();
    }
  });
}

interface KnownTraces {
  /** Ids of traces captured here. */
  readonly own: ReadonlySet<string>;
  /** Ids of those and of all pulled ones. */
  readonly all: ReadonlySet<string>;
}

async function knownTraces({ bucket, engine }: PullContext): Promise<KnownTraces> {
  const shelves = await openShelves(bucket, engine);
  try {
    const [own = new Set<string>(), ...pulled] = await Promise.all(shelves.map(traceIds));
    return { own, all: new Set([own, ...pulled].flatMap((ids) => [...ids])) };
  } finally {
    await closeShelves(shelves.slice(1));
  }
}

function sumsOf(
  ids: ReadonlySet<string>,
  { own, all }: KnownTraces,
): Pick<PullReport, 'traces' | 'new_traces' | 'own_traces'> {
  const list = [...ids];
  return {
    traces: list.length,
    new_traces: list.filter((id) => !all.has(id)).length,
    own_traces: list.filter((id) => own.has(id)).length,
  };
}

/** Another answer than git's, such as the page of a network that wants a log-in, looks like an empty repository. */
function emptied(remote: Remote): OtError {
  return new OtError('OT_REMOTE_EMPTY', 'network', `${remote.name} lists no journal any more`, {
    hint: `what was pulled stays; if it was emptied on purpose: git ot bucket remote remove ${remote.name}`,
    retryable: true,
  });
}

/** `refs/opentraces/sealed/<lane>/<yyyy-mm>` exactly. */
function isRemoteJournal(name: string): boolean {
  return journalOfRef(name) !== null && name.split('/').length === 5;
}

async function ensureRepository(context: PullContext, gitDir: string): Promise<void> {
  try {
    await stat(gitDir);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    await context.engine.initBare(gitDir, context.bucket.repository.algorithm, {
      'transfer.fsckObjects': 'true',
    });
  }
}

/** Fetches what moved; returns the journals that could not be taken. Throws when none could, old ones included. */
async function fetchChanged(
  context: PullContext,
  transport: Transport,
  remote: Remote,
  journals: readonly Ref[],
  before: readonly Ref[],
): Promise<readonly RefusedRef[]> {
  const have = new Map(before.map((ref) => [ref.name, ref.oid]));
  const changed = context.again ? journals : journals.filter((ref) => have.get(ref.name) !== ref.oid);
  if (changed.length === 0) return [];
  const refused: RefusedRef[] = [];
  const bring = (refs: readonly Ref[]): Promise<void> =>
    transport.fetch(
      remote.url,
      refs.map(({ name }) => `+${name}:${name}`),
      context.onProgress,
      context.again,
    );
  await fetchApart(bring, changed, (error, ref) => {
    refused.push({ ref: ref.name, reason: error.message });
    if (refused.length === journals.length) throw error;
  });
  return refused;
}

/** One bad journal makes git refuse them all: the others are found by halving. */
async function fetchApart(
  bring: (refs: readonly Ref[]) => Promise<void>,
  refs: readonly Ref[],
  refuse: (error: OtError, ref: Ref) => void,
): Promise<void> {
  try {
    await bring(refs);
  } catch (error) {
    if (!(error instanceof OtError) || error.code !== 'OT_REMOTE_REJECTED') throw error;
    if (refs.length === 1) return refuse(error, refs[0]!);
    const middle = refs.length >> 1;
    await fetchApart(bring, refs.slice(0, middle), refuse);
    await fetchApart(bring, refs.slice(middle), refuse);
  }
}

function goneRefs(before: readonly Ref[], journals: readonly Ref[]): Ref[] {
  const present = new Set(journals.map((ref) => ref.name));
  return before.filter((ref) => !present.has(ref.name));
}

async function dropRefs(refs: RefStore, gone: readonly Ref[]): Promise<PulledRef[]> {
  if (gone.length > 0)
    await refs.transaction(gone.map((ref) => ({ name: ref.name, next: null, expected: ref.oid })));
  return gone.map((ref) => ({ ref: ref.name, change: 'pruned' }));
}

async function describe(
  context: PullContext,
  gitDir: string,
  before: readonly Ref[],
  journals: readonly Ref[],
): Promise<PulledRef[]> {
  const old = new Map(before.map((ref) => [ref.name, ref.oid]));
  const changes: PulledRef[] = [];
  for (const { name, oid } of journals) {
    const had = old.get(name);
    if (had === oid) continue;
    if (had === undefined) changes.push({ ref: name, change: 'new' });
    else {
      const grown = await context.engine.isAncestor(gitDir, had, oid);
      changes.push({ ref: name, change: grown ? 'updated' : 'rewritten' });
    }
  }
  return changes;
}

/** Ids on a shelf; what is damaged there holds none. */
async function traceIds(shelf: Shelf): Promise<Set<string>> {
  try {
    const copies = await Promise.all((await journalTips(shelf)).map(copiesOfForeignTip));
    return new Set(copies.flat().map((copy) => copy.traceId));
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return new Set();
    throw error;
  }
}
