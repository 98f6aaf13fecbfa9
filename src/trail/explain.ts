/** `trail explain` of a line: the chain of evidence behind its owner, or why it has none. */
import { posix } from 'node:path';
import type { Oid } from '../git/ports.ts';
import { patchIdOf } from '../record/patch.ts';
import { latestReplay } from './attribute.ts';
import { type AttributedLine, type BlamedStep, blame } from './blame.ts';
import { type Candidate, type Candidates, candidatesFor, unconfirmedCalls } from './candidates.ts';
import type { FileGroup } from './file-events.ts';
import { type HistoryCommit, readCommit } from './history.ts';
import { LineTable, UNDECIDED } from './lines.ts';
import type { Tier } from './owner.ts';
import { blobAt } from './repository.ts';
import { type StoredRange, TrailStore } from './store.ts';
import { Trail, type TrailOptions } from './trail.ts';

/** Why a line has no owner. */
export type UnknownReason =
  /** No session of this repository is known to have edited the file, under any name it had. */
  | 'no_patches'
  /** The commit that brought the line is older than every patch of the file. */
  | 'before_first_patch'
  /** No patch of the file has such a line. */
  | 'no_such_text'
  /** Patches have it, and each is kept from it: `candidates[].kept_from`. */
  | 'candidates_excluded'
  /** Two alignments of the file's states would give it to different owners. */
  | 'undecided'
  /** The line has no letter or digit, and its neighbours do not say whose it is. */
  | 'no_words'
  /** Texts of patches of the file are not here. */
  | 'text_missing'
  /** Calls changed a file of that name of which the log does not say how they ended. */
  | 'unconfirmed_calls';

export interface LineOrigin {
  /** Null for a line that is in no commit yet. */
  readonly commit: Oid | null;
  readonly subject: string | null;
  readonly author: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** What the commit calls the file, and the line in it. */
  readonly path: string;
  readonly line: number;
}

/** A commit that brought lines of a patch: inclusive, from 1. */
export interface PatchAnchor {
  readonly commit: Oid;
  readonly subject: string;
  readonly time: string;
  readonly path: string;
  readonly ranges: ReadonlyArray<{ readonly start: number; readonly end: number; readonly tier: Tier }>;
}

export interface LookedAt {
  /** Every name the file had. */
  readonly paths: readonly string[];
  readonly patches: number;
  readonly sessions: number;
  readonly commits: number;
}

export interface ExplainedLine {
  readonly target: {
    readonly kind: 'line';
    readonly path: string;
    readonly line: number;
    readonly commit: Oid | null;
  };
  readonly line: AttributedLine;
  readonly origin: LineOrigin;
  readonly step: BlamedStep | null;
  /** Commits that brought lines of the patch that owns the line, or of the step's commands, the oldest first. */
  readonly anchors: readonly PatchAnchor[];
  /** Empty for a line with an owner. */
  readonly reason_codes: readonly UnknownReason[];
  readonly candidates: readonly Candidate[];
  readonly candidates_more: number;
  readonly looked_at: LookedAt;
}

export interface LineTarget {
  readonly path: string;
  readonly line: number;
  readonly commit: Oid | null;
}

/** Throws what `blame` throws. */
export async function explainLine(options: TrailOptions, target: LineTarget): Promise<ExplainedLine> {
  const { path, line, commit } = target;
  const { lines, steps } = await blame(options, { path, commit, range: { from: line, to: line } });
  const found = lines[0]!;
  const trail = await Trail.open(options);
  const made = found.commit === null ? null : await commitNamedBy(options, trail, found.commit);
  const [group = null] = trail.groupsOf([path]);
  const until = made === null ? null : made.committed * 1000 + 999;
  const search = { text: found.text, until, owner: found.patch_id, isEveryday: weightOf(found.text) < 2 };
  const isTold = group !== null && weightOf(found.text) > 0;
  const candidates = isTold ? await candidatesFor(trail, group, search) : NO_CANDIDATES;
  const known = { found, group, until, candidates };
  return {
    target: { kind: 'line', path, line, commit },
    line: found,
    origin: originOf(found, made),
    step: steps[0] ?? null,
    anchors:
      found.trace_id === null || group === null ? [] : anchorsOf(options, trail, group, ownerTest(found)),
    reason_codes: found.trace_id === null ? await reasonsFor(options, trail, known) : [],
    candidates: candidates.found,
    candidates_more: candidates.more,
    looked_at: lookedAt(group, trail.connected(path)),
  };
}

const NO_CANDIDATES: Candidates = { found: [], more: 0, unreadable: 0 };

function weightOf(text: string): number {
  const table = new LineTable();
  return table.weight(table.id(text));
}

async function commitNamedBy(
  { repository: { git, gitDir } }: TrailOptions,
  trail: Trail,
  oid: Oid,
): Promise<HistoryCommit> {
  return trail.commit(oid) ?? readCommit(git, gitDir, oid);
}

function originOf(line: AttributedLine, made: HistoryCommit | null): LineOrigin {
  const { commit, author, time, original_path, original_line } = line;
  return { commit, subject: made?.subject ?? null, author, time, path: original_path, line: original_line };
}

interface Known {
  readonly found: AttributedLine;
  readonly group: FileGroup | null;
  readonly until: number | null;
  readonly candidates: Candidates;
}

async function reasonsFor(options: TrailOptions, trail: Trail, known: Known): Promise<UnknownReason[]> {
  const { found, group, candidates } = known;
  const isUnconfirmed = unconfirmedCalls(options.database, trail, posix.basename(found.original_path)) > 0;
  return [
    mainReason(known),
    ...(group !== null && (await isUndecided(options, trail, group, found)) ? (['undecided'] as const) : []),
    ...(candidates.unreadable > 0 ? (['text_missing'] as const) : []),
    ...(isUnconfirmed ? (['unconfirmed_calls'] as const) : []),
  ];
}

function mainReason({ found, group, until, candidates }: Known): UnknownReason {
  if (group === null || group.patches.length === 0) return 'no_patches';
  if (until !== null && group.patches.every(({ time }) => time > until)) return 'before_first_patch';
  if (weightOf(found.text) === 0) return 'no_words';
  return candidates.found.length === 0 ? 'no_such_text' : 'candidates_excluded';
}

/** Whether the replay left the line open; of a committed line only. */
async function isUndecided(
  options: TrailOptions,
  trail: Trail,
  group: FileGroup,
  { commit, original_path, original_line }: AttributedLine,
): Promise<boolean> {
  if (commit === null) return false;
  const blob = await blobAt(options.repository.objects, commit, original_path);
  const { ledger } = await latestReplay(options, trail, group);
  const owners = blob === null ? undefined : ledger.blobs.get(blob)?.owners;
  return owners?.[original_line - 1] === UNDECIDED;
}

/** Ranges of the patch that owns a line, or of the step whose commands wrote it. */
function ownerTest({ patch_id, trace_id, step_index, tier }: AttributedLine): RangeTest {
  if (patch_id !== null) return isOfPatch(patch_id);
  return (range) => range.traceId === trace_id && range.step === step_index && range.tier === tier;
}

type RangeTest = (range: StoredRange) => boolean;

export function isOfPatch(patch: string): RangeTest {
  return ({ traceId, step, ordinal }) => patchIdOf(traceId, step, ordinal) === patch;
}

/** Commits that brought such lines, the oldest first. */
export function anchorsOf(
  { database, repository }: TrailOptions,
  trail: Trail,
  { paths }: FileGroup,
  isWanted: RangeTest,
): PatchAnchor[] {
  const store = new TrailStore(database, repository);
  const found = paths
    .flatMap((path) => store.changesAt(path))
    .flatMap((change) => {
      const commit = trail.commit(change.commit);
      const ranges = change.ranges.filter(isWanted).map(({ start, end, tier }) => ({ start, end, tier }));
      return commit === null || ranges.length === 0 ? [] : [{ commit, path: change.path, ranges }];
    });
  found.sort((left, right) => left.commit.committed - right.commit.committed);
  return found.map(({ commit: { oid, subject, committed }, path, ranges }) => {
    return { commit: oid, subject, time: new Date(committed * 1000).toISOString(), path, ranges };
  });
}

export function lookedAt(group: FileGroup | null, paths: ReadonlySet<string>): LookedAt {
  if (group === null) return { paths: [...paths].sort(), patches: 0, sessions: 0, commits: 0 };
  const { patches, commits } = group;
  const sessions = new Set(patches.map(({ session }) => session.trace_id)).size;
  return { paths: group.paths, patches: patches.length, sessions, commits: commits.length };
}
