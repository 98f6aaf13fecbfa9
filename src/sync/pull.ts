/**
 * `bucket remote pull`: what a remote holds, fetched into a repository of its own. Our bucket is never
 * touched: reading unites the two (see `bucket/find.ts`), so no order of pulls and captures loses anything.
 */
import { stat } from 'node:fs/promises';
import { isSystemError } from '../base/errors.ts';
import type { Bucket, Engine } from '../bucket/home.ts';
import { journalOfRef, SEALED_PREFIX } from '../bucket/layout.ts';
import { copiesOfTip } from '../bucket/list.ts';
import { withLock } from '../bucket/lock.ts';
import { journalTips, remoteGitDir, type Shelf } from '../bucket/shelves.ts';
import type { Ref, Transport, TransportProgress } from '../git/ports.ts';
import type { Remote } from './remotes.ts';

export interface PullContext {
  readonly bucket: Bucket;
  readonly engine: Engine;
  readonly transport: (gitDir: string) => Transport;
  readonly onProgress?: TransportProgress;
}

export interface PulledRef {
  readonly ref: string;
  readonly change: 'new' | 'updated' | 'rewritten' | 'gone';
}

export interface PullReport {
  readonly remote: string;
  readonly refs: readonly PulledRef[];
  /** Traces this remote's repository holds now, and how many of them it did not hold before. */
  readonly traces: number;
  readonly new_traces: number;
  /** Refs below our namespace that are no journals: fetched by nobody, named here. */
  readonly ignored: readonly string[];
}

/** Fetches every sealed journal of the remote. Throws what the transport throws (exit 4). */
export async function pullRemote(context: PullContext, remote: Remote): Promise<PullReport> {
  const gitDir = remoteGitDir(context.bucket.home, remote.name);
  return withLock(context.bucket.home, context.bucket.platform, async () => {
    await ensureRepository(context, gitDir);
    const transport = context.transport(gitDir);
    const listed = await transport.listRemote(remote.url, SEALED_PREFIX);
    const journals = listed.filter((ref) => isRemoteJournal(ref.name));
    const ignored = listed.filter((ref) => !isRemoteJournal(ref.name)).map((ref) => ref.name);
    const repository = await context.engine.open(gitDir);
    const shelf: Shelf = { ...repository, remote: remote.name, prefix: SEALED_PREFIX };
    try {
      const before = await repository.refs.list(SEALED_PREFIX);
      const known = await traceIds(shelf);
      await fetchChanged(context, transport, remote, journals, before);
      const gone = await dropGone(repository.refs, before, journals);
      const refs = [...(await describe(context, gitDir, before, journals)), ...gone];
      const now = await traceIds(shelf);
      const fresh = [...now].filter((id) => !known.has(id)).length;
      return { remote: remote.name, refs, traces: now.size, new_traces: fresh, ignored };
    } finally {
      await repository.objects.close();
    }
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

async function fetchChanged(
  context: PullContext,
  transport: Transport,
  remote: Remote,
  journals: readonly Ref[],
  before: readonly Ref[],
): Promise<void> {
  const have = new Map(before.map((ref) => [ref.name, ref.oid]));
  const changed = journals.filter((ref) => have.get(ref.name) !== ref.oid);
  if (changed.length === 0) return;
  const refspecs = changed.map((ref) => `+${ref.name}:${ref.name}`);
  await transport.fetch(remote.url, refspecs, context.onProgress);
}

/** A journal that left the remote was forgotten or moved there: it goes here too. */
async function dropGone(
  refs: { transaction(edits: readonly { name: string; next: null; expected: string }[]): Promise<void> },
  before: readonly Ref[],
  journals: readonly Ref[],
): Promise<PulledRef[]> {
  const present = new Set(journals.map((ref) => ref.name));
  const gone = before.filter((ref) => !present.has(ref.name));
  if (gone.length > 0)
    await refs.transaction(gone.map((ref) => ({ name: ref.name, next: null, expected: ref.oid })));
  return gone.map((ref) => ({ ref: ref.name, change: 'gone' }));
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

async function traceIds(shelf: Shelf): Promise<Set<string>> {
  const tips = await journalTips(shelf);
  const copies = await Promise.all(tips.map(copiesOfTip));
  return new Set(copies.flat().map((copy) => copy.traceId));
}
