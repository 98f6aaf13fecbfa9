/**
 * `bucket verify`: `git fsck --full` and our own pass, both at once. Findings are data; nothing is
 * changed. Every write test of the project ends with this.
 */
import type { OtError } from '../base/errors.ts';
import type { Oid } from '../git/ports.ts';
import type { FsckReport } from '../git/program/fsck.ts';
import type { TraceCopy } from './find.ts';
import {
  aboveTraces,
  codeOfError,
  type Finding,
  type FindingCode,
  finding,
  inHistory,
  ofPack,
  onShelf,
  pathOfTrace,
} from './findings.ts';
import { missingGuards } from './guards.ts';
import { SEALED_PREFIX } from './layout.ts';
import type { Shelf } from './shelves.ts';
import { walkTrace } from './trace-walk.ts';
import { type JournalPass, repositoryName, verifyJournals } from './verify-journal.ts';
import { verifyTrace } from './verify-trace.ts';

export interface VerifyOptions {
  /** `$OT_HOME` of the bucket. */
  readonly home: string;
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

/** Damage is never thrown; what keeps the check itself from running is, such as `OT_GIT_MISSING`. */
export async function verifyBucket(options: VerifyOptions): Promise<VerifyReport> {
  const [repositories, pass] = await Promise.all([runFsck(options), ownPass(options)]);
  const fromFsck = await Promise.all(repositories.map((repository) => findingsOf(repository, pass.shelves)));
  const { journals, checked } = pass;
  const traces = pass.shelves.reduce((sum, { copies }) => sum + copies.length, 0);
  const guards = missingGuards(options.home).map(({ path, message }) =>
    finding('guard_missing', path, message),
  );
  const findings = merge(pass.findings, ...fromFsck, guards);
  return { findings, journals, traces, checked, full: options.fsck !== undefined };
}

/** What git says of the repository that these shelves stand in. */
interface CheckedRepository {
  readonly shelves: readonly Shelf[];
  readonly reports: readonly FsckReport[];
}

function runFsck({ fsck, shelves }: VerifyOptions): Promise<CheckedRepository[]> {
  const repositories = new Map<string, Shelf[]>();
  for (const shelf of fsck === undefined ? [] : shelves) {
    const name = repositoryName(shelf);
    repositories.set(name, [...(repositories.get(name) ?? []), shelf]);
  }
  const checks = [...repositories.values()].map(async (own) => {
    return { shelves: own, reports: await reportsOf(fsck!, own[0]!) };
  });
  return Promise.all(checks);
}

/** A repository that git itself gives up on is a finding, too. */
async function reportsOf(
  fsck: NonNullable<VerifyOptions['fsck']>,
  shelf: Shelf,
): Promise<readonly FsckReport[]> {
  try {
    return await fsck(shelf);
  } catch (error) {
    if (codeOfError(error, 'object_bad') !== 'repository') throw error;
    return [{ kind: 'other', message: (error as OtError).message }];
  }
}

const FSCK_CODES: Readonly<Record<FsckReport['kind'], FindingCode>> = {
  corrupt: 'object_corrupt',
  hash_mismatch: 'object_hash_mismatch',
  missing: 'object_missing',
  bad: 'object_bad',
  ref: 'ref_broken',
  other: 'repository',
};

interface OwnPass extends Pick<VerifyReport, 'findings' | 'journals' | 'checked'> {
  readonly shelves: readonly CheckedShelf[];
}

interface CheckedShelf extends JournalPass {
  readonly shelf: Shelf;
}

async function ownPass({ shelves, sample, onTrace }: VerifyOptions): Promise<OwnPass> {
  const passes: CheckedShelf[] = [];
  for (const shelf of shelves) passes.push({ shelf, ...(await verifyJournals(shelf)) });
  const findings = passes.flatMap((pass) => pass.findings.map((found) => onShelf(found, pass.shelf)));
  const copies = passes.flatMap((pass) => pass.copies);
  const chosen = sample === undefined ? copies : sampleOf(copies, sample);
  for (const [index, copy] of chosen.entries()) {
    const found = await verifyTrace(copy, sample !== undefined);
    findings.push(...found.map((one) => onShelf(one, copy.tip.shelf)));
    onTrace?.(index + 1, chosen.length);
  }
  const journals = passes.reduce((sum, pass) => sum + pass.journals, 0);
  return { findings, journals, checked: chosen.length, shelves: passes };
}

/** Evenly spread over the ids, which are hashes themselves. */
function sampleOf(copies: readonly TraceCopy[], count: number): TraceCopy[] {
  const sorted = [...copies].sort((left, right) => (left.traceId < right.traceId ? -1 : 1));
  if (count >= sorted.length) return sorted;
  return Array.from({ length: count }, (_, index) => sorted[Math.floor((index * sorted.length) / count)]!);
}

/** Findings of git, each told by the place that the object has in a journal, where it has one. */
async function findingsOf(
  { shelves, reports }: CheckedRepository,
  checked: readonly CheckedShelf[],
): Promise<Finding[]> {
  const wanted = new Set(reports.flatMap(({ oid }) => oid ?? []));
  const mine = checked.filter(({ shelf }) => shelves.includes(shelf));
  // A raw trace before its sealed copy, which may share the object.
  mine.sort((left, right) => rank(left.shelf) - rank(right.shelf));
  const places = wanted.size === 0 ? new Map<Oid, Place>() : await placesOf(wanted, mine);
  return reports.map((report) => locate(report, places, shelves));
}

interface Place {
  readonly path: string;
  readonly shelf: Shelf;
  /** A tip, or a tree above the traces. */
  readonly above: boolean;
}

function locate(report: FsckReport, places: ReadonlyMap<Oid, Place>, shelves: readonly Shelf[]): Finding {
  const { kind, oid, ref, message } = report;
  const place = oid === undefined ? undefined : places.get(oid);
  const path = place?.path ?? oid ?? ref ?? repositoryName(shelves[0]!);
  const found = finding(FSCK_CODES[kind], path, message);
  if (place !== undefined) return onShelf(place.above ? aboveTraces(found) : found, place.shelf);
  const remote = shelves.find((shelf) => shelf.remote !== undefined);
  if (remote !== undefined) return onShelf(found, remote);
  return oid === undefined ? ofPack(found) : inHistory(found);
}

async function placesOf(
  wanted: ReadonlySet<Oid>,
  checked: readonly CheckedShelf[],
): Promise<ReadonlyMap<Oid, Place>> {
  const places = new Map<Oid, Place>();
  const add = (oid: Oid, place: Place): void => {
    if (wanted.has(oid) && !places.has(oid)) places.set(oid, place);
  };
  for (const { shelf, above, copies } of checked) {
    for (const [oid, path] of above) add(oid, { path, shelf, above: true });
    for (const copy of copies) {
      const { files, folders } = await walkTrace(shelf.objects, copy.tree);
      for (const [name, oid] of [...folders, ...files]) {
        const path = name === '' ? pathOfTrace(copy) : `${pathOfTrace(copy)}/${name}`;
        add(oid, { path, shelf, above: false });
      }
    }
  }
  return places;
}

function rank({ prefix }: Shelf): number {
  return prefix === SEALED_PREFIX ? 1 : 0;
}

/** One finding per code and path. */
function merge(...groups: readonly (readonly Finding[])[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const found of groups.flat()) {
    const key = `${found.code} ${found.path}`;
    if (!seen.has(key)) seen.set(key, found);
  }
  return [...seen.values()];
}
