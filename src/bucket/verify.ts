/**
 * `bucket verify`: `git fsck --full` and our own pass, both at once. Findings are data; nothing is
 * changed. Every write test of the project ends with this.
 */

import { OtError } from '../base/errors.ts';
import { decodeCommit } from '../git/object-codec.ts';
import type { FsckReport } from '../git/program/fsck.ts';
import type { TraceCopy } from './find.ts';
import { type Finding, type FindingCode, finding } from './findings.ts';
import { journalOfRef } from './layout.ts';
import { copiesOfTip } from './list.ts';
import type { JournalTip, Shelf } from './shelves.ts';
import { journalTips } from './shelves.ts';
import { verifyTrace } from './verify-trace.ts';

export interface VerifyOptions {
  /** Our own lanes, our sealed refs, and each pulled remote. */
  readonly shelves: readonly Shelf[];
  /** Runs `git fsck --full` of one shelf's repository; absent for a sample. */
  readonly fsck?: (shelf: Shelf) => Promise<readonly FsckReport[]>;
  /** Check this many traces only, chosen by their ids: the same bucket gives the same sample. */
  readonly sample?: number;
  readonly onTrace?: (done: number, total: number) => void;
}

export interface VerifyReport {
  readonly findings: readonly Finding[];
  readonly journals: number;
  readonly traces: number;
  readonly checked: number;
  readonly full: boolean;
}

export async function verifyBucket(options: VerifyOptions): Promise<VerifyReport> {
  const fsck = runFsck(options);
  const own = ownPass(options);
  const [fromFsck, pass] = await Promise.all([fsck, own]);
  return { ...pass, findings: mergeFindings(fromFsck, pass.findings), full: options.fsck !== undefined };
}

async function runFsck(options: VerifyOptions): Promise<Finding[]> {
  const { fsck } = options;
  if (fsck === undefined) return [];
  const repositories = new Map(options.shelves.map((shelf) => [shelf.remote ?? '', shelf]));
  const reports = await Promise.all([...repositories.values()].map(fsck));
  return reports
    .flat()
    .map(({ kind, oid, message }) => finding(FSCK_CODES[kind], oid ?? 'bucket.git', message));
}

const FSCK_CODES: Readonly<Record<FsckReport['kind'], FindingCode>> = {
  corrupt: 'object_corrupt',
  hash_mismatch: 'object_hash_mismatch',
  missing: 'object_missing',
  bad: 'object_bad',
  ref: 'ref_type',
  other: 'repository',
};

async function ownPass(options: VerifyOptions): Promise<Omit<VerifyReport, 'full'>> {
  const findings: Finding[] = [];
  const copies: TraceCopy[] = [];
  let journals = 0;
  for (const shelf of options.shelves) {
    findings.push(...(await strayRefs(shelf)));
    for (const tip of await journalTips(shelf)) {
      journals += 1;
      findings.push(...(await verifyChain(tip)));
      copies.push(...(await readableCopies(tip, findings)));
    }
  }
  const chosen = options.sample === undefined ? copies : sampleOf(copies, options.sample);
  let done = 0;
  for (const copy of chosen) {
    findings.push(...(await verifyCopy(copy, options.sample !== undefined)));
    done += 1;
    options.onTrace?.(done, chosen.length);
  }
  return { findings, journals, traces: copies.length, checked: chosen.length };
}

function verifyCopy(copy: TraceCopy, rehash: boolean): Promise<Finding[]> {
  const where = `${copy.tip.ref}:traces/${copy.traceId.slice(0, 2)}/${copy.traceId}`;
  return verifyTrace({
    objects: copy.tip.shelf.objects,
    traceId: copy.traceId,
    tree: copy.tree,
    where,
    rehash,
  });
}

/** Evenly spread over the ids, which are hashes themselves. */
function sampleOf(copies: readonly TraceCopy[], count: number): TraceCopy[] {
  const sorted = [...copies].sort((left, right) => (left.traceId < right.traceId ? -1 : 1));
  if (count >= sorted.length) return sorted;
  return Array.from({ length: count }, (_, index) => sorted[Math.floor((index * sorted.length) / count)]!);
}

async function strayRefs(shelf: Shelf): Promise<Finding[]> {
  const refs = await shelf.refs.list(shelf.prefix);
  return refs
    .filter((ref) => journalOfRef(ref.name) === null)
    .map((ref) => finding('ref_name', ref.name, 'the ref is not named <lane>/<yyyy-mm>'));
}

/** A journal is a straight line of commits down to a parentless one. */
async function verifyChain(tip: JournalTip): Promise<Finding[]> {
  const { objects } = tip.shelf;
  let oid: string | undefined = tip.commit;
  while (oid !== undefined) {
    const object = await readSafely(() => objects.read(oid!));
    if (object === null) return [finding('journal_chain', tip.ref, `commit ${oid} cannot be read`)];
    if (object.type !== 'commit')
      return [finding('ref_type', tip.ref, `${oid} is a ${object.type}, not a commit`)];
    const { parents } = decodeCommit(object.data);
    if (parents.length > 1)
      return [finding('journal_chain', tip.ref, `commit ${oid} has ${parents.length} parents`)];
    oid = parents[0];
  }
  return [];
}

async function readableCopies(tip: JournalTip, findings: Finding[]): Promise<TraceCopy[]> {
  try {
    await checkRootShape(tip, findings);
    return await copiesOfTip(tip);
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    findings.push(finding('tree_shape', tip.ref, error.message));
    return [];
  }
}

const ROOT_NAMES = new Set(['traces', 'events', 'tombstones']);

async function checkRootShape(tip: JournalTip, findings: Finding[]): Promise<void> {
  const { objects } = tip.shelf;
  const root = await objects.resolve(tip.commit, '');
  if (root?.type !== 'tree') return;
  for (const entry of await objects.readTree(root.oid)) {
    if (!ROOT_NAMES.has(entry.name)) {
      findings.push(
        finding('tree_shape', `${tip.ref}:${entry.name}`, 'an entry that does not belong in a journal'),
      );
    }
  }
  await checkTraceFolders(tip, findings);
}

async function checkTraceFolders(tip: JournalTip, findings: Finding[]): Promise<void> {
  const { objects } = tip.shelf;
  const traces = await objects.resolve(tip.commit, 'traces');
  if (traces?.type !== 'tree') return;
  for (const hh of await objects.readTree(traces.oid)) {
    const path = `${tip.ref}:traces/${hh.name}`;
    if (hh.mode !== '40000' || !/^[0-9a-f]{2}$/.test(hh.name)) {
      findings.push(finding('tree_shape', path, 'not a folder of traces'));
      continue;
    }
    for (const entry of await objects.readTree(hh.oid)) {
      if (entry.mode === '40000' && TRACE_FOLDER.test(entry.name) && entry.name.startsWith(hh.name)) continue;
      findings.push(finding('name_mismatch', `${path}/${entry.name}`, 'not a trace folder of this group'));
    }
  }
}

const TRACE_FOLDER = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function readSafely<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

/** One finding per code and path. */
function mergeFindings(...groups: readonly (readonly Finding[])[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const found of groups.flat()) {
    const key = `${found.code} ${found.path}`;
    if (!seen.has(key)) seen.set(key, found);
  }
  return [...seen.values()];
}
