/**
 * The manifest is not stored: it is the union of the manifest rows of all traces. Healing recomputes the
 * rows that disagree with their trace and appends them as one commit per journal.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../base/canonical-json.ts';
import { OtError } from '../base/errors.ts';
import { metaRowOf } from '../record/meta.ts';
import type { MetaRow } from '../record/trace.ts';
import { filesDigest } from './files-digest.ts';
import { openCopy, type TraceCopy } from './find.ts';
import type { Bucket } from './home.ts';
import { appendJournal, type JournalChange } from './journal.ts';
import { allCopies, type ListedTrace } from './list.ts';
import { ownShelf } from './shelves.ts';
import { writeTree } from './tree-edit.ts';

export const MANIFEST_VERSION = 'opentraces.bucket.manifest.v3';

export interface Manifest {
  readonly schema_version: typeof MANIFEST_VERSION;
  readonly trace_count: number;
  readonly step_count: number;
  /**
   * SHA-256 over the canonical rows in id order, without `files_digest`, which tells raw from sealed: equal
   * on machines that hold the same traces.
   */
  readonly digest: string;
  readonly traces: readonly MetaRow[];
}

/** Rows in trace id order. */
export function manifestOf(listed: readonly ListedTrace[]): Manifest {
  const traces = listed
    .map(({ row }) => row)
    .sort((left, right) => (left.trace_id < right.trace_id ? -1 : 1));
  const hash = createHash('sha256');
  for (const { files_digest: _, ...row } of traces) hash.update(`${canonicalJson(row)}\n`);
  return {
    schema_version: MANIFEST_VERSION,
    trace_count: traces.length,
    step_count: traces.reduce((sum, row) => sum + row.step_count, 0),
    digest: `sha256:${hash.digest('hex')}`,
    traces,
  };
}

export interface HealedRow {
  readonly trace_id: string;
  readonly ref: string;
  /** What was wrong with the old row. */
  readonly reason: 'missing_or_damaged' | 'disagrees';
}

interface Heal {
  readonly copy: TraceCopy;
  readonly row: MetaRow;
  readonly reason: HealedRow['reason'];
}

/** Rewrites own rows that do not follow from their trace; call under the bucket lock. */
export async function healManifest(bucket: Bucket): Promise<readonly HealedRow[]> {
  const heals: Heal[] = [];
  for (const copy of await allCopies(ownShelf(bucket))) {
    const heal = await planHeal(copy);
    if (heal !== null) heals.push(heal);
  }
  if (heals.length > 0) await applyHeals(bucket, heals);
  return heals.map(({ copy, reason }) => ({ trace_id: copy.traceId, ref: copy.tip.ref, reason }));
}

async function planHeal(copy: TraceCopy): Promise<Heal | null> {
  const stored = await storedRow(copy);
  const row = await rowOf(copy, stored);
  if (stored === null) return { copy, row, reason: 'missing_or_damaged' };
  return isDeepStrictEqual(JSON.parse(canonicalJson(stored)), row)
    ? null
    : { copy, row, reason: 'disagrees' };
}

async function storedRow(copy: TraceCopy): Promise<MetaRow | null> {
  try {
    return await openCopy(copy).meta();
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

/** The row as it should be. A digest that is there stays: to make it anew would pass edited evidence as sound. */
async function rowOf(copy: TraceCopy, stored: MetaRow | null): Promise<MetaRow> {
  const folder = openCopy(copy);
  const digest = stored?.files_digest ?? filesDigest(folder.names, await folder.files());
  const row = metaRowOf(await folder.head(), await folder.sourceMetas(), await folder.project(), digest);
  return JSON.parse(canonicalJson(row)) as MetaRow;
}

async function applyHeals(bucket: Bucket, heals: readonly Heal[]): Promise<void> {
  const { repository, platform } = bucket;
  const batch = repository.objects.batch();
  const byRef = new Map<string, Map<string, string>>();
  for (const { copy, row } of heals) {
    const folder = openCopy(copy);
    const files = await folder.files();
    files.set(folder.names.meta, batch.put('blob', Buffer.from(`${canonicalJson(row)}\n`, 'utf8')));
    const traces = byRef.get(copy.tip.ref) ?? new Map<string, string>();
    traces.set(copy.traceId, writeTree(batch, repository.algorithm, files));
    byRef.set(copy.tip.ref, traces);
  }
  const changes: JournalChange[] = [...byRef].map(([ref, traces]) => ({
    ref,
    traces,
    message: `heal: ${traces.size} manifest rows\n\n${[...traces.keys()].join('\n')}\n`,
  }));
  await appendJournal(repository, batch, changes, platform);
}
