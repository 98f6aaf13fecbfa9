/** What `bucket verify` can find: one code per kind of damage, with what mends it. */
import { OtError } from '../base/errors.ts';
import type { TraceCopy } from './find.ts';
import { SEALED_PREFIX, tracePath } from './layout.ts';
import type { Shelf } from './shelves.ts';

export interface Finding {
  readonly code: FindingCode;
  /** Ref, object or path in the journal tree: never content. */
  readonly path: string;
  readonly message: string;
  /** What to do about it: one line of at most 200 characters. */
  readonly fix: string;
}

const AGAIN = 'capture the session again: git ot capture --again PATH, with the path of its session log';
const BACKUP = 'restore bucket.git from a backup';
const EARLIER =
  'set the ref to an earlier commit (git update-ref REF COMMIT), then capture what came later again';
const PACKED = '; if it was packed, at the end: git repack -ad';

/** Codes are part of the command's contract: never renamed, never reused. */
export const FINDING_FIXES = {
  object_corrupt: `delete the object's file, then ${AGAIN}${PACKED}`,
  object_hash_mismatch: `the object was edited: delete its file, then ${AGAIN}${PACKED}`,
  object_missing: AGAIN,
  object_bad: `${EARLIER}; then: git prune`,
  repository: `see what git says: git fsck --full in bucket.git; or ${BACKUP}`,
  ref_broken:
    'delete the file of the ref; a journal is then set to its last commit: git update-ref REF COMMIT',
  ref_type:
    'set the ref to its last journal commit: git update-ref REF COMMIT; or delete it: git update-ref -d',
  ref_name: 'delete the ref: git update-ref -d REF',
  journal_chain:
    'begin the journal anew with its present tree: git update-ref REF $(git commit-tree -m anew REF^{tree})',
  journal_shape: EARLIER,
  tree_shape: AGAIN,
  name_mismatch: AGAIN,
  id_mismatch: `${AGAIN}; a folder of another trace: set the ref to an earlier commit (git update-ref)`,
  record_damaged: AGAIN,
  record_version: 'upgrade git-ot',
  step_numbering: AGAIN,
  segment_missing: AGAIN,
  dangling_blob: AGAIN,
  unreferenced_blob: AGAIN,
  source_incomplete: AGAIN,
  evidence_edited: AGAIN,
  meta_disagrees: 'git ot bucket manifest --heal',
  guard_missing: 'git ot bucket manifest --heal puts it back, as every capture and every push does',
} as const;

export type FindingCode = keyof typeof FINDING_FIXES;

export function finding(code: FindingCode, path: string, message: string): Finding {
  return { code, path, message, fix: FINDING_FIXES[code] };
}

/** Where a trace stands, as findings show it: `<ref>:traces/<hh>/<trace id>`. */
export function pathOfTrace({ tip, traceId }: Pick<TraceCopy, 'tip' | 'traceId'>): string {
  return `${tip.ref}:${tracePath(traceId)}`;
}

/** Fixes of damaged objects that no present trace holds, and that no capture brings back. */
const ABOVE_TRACES: Readonly<Partial<Record<FindingCode, string>>> = {
  object_corrupt: `${EARLIER}; or ${BACKUP}`,
  object_hash_mismatch: `${EARLIER}; or ${BACKUP}`,
  object_missing: `${EARLIER}; or ${BACKUP}`,
};

/** The finding with the fix for what stands above the traces of a journal. */
export function aboveTraces(found: Finding): Finding {
  return { ...found, fix: ABOVE_TRACES[found.code] ?? found.fix };
}

const HISTORY =
  'begin the journals that hold it anew: git update-ref REF $(git commit-tree -m anew REF^{tree})';

/** The finding with the fix for an object that only earlier commits, or nothing, can name. */
export function inHistory(found: Finding): Finding {
  if (!found.code.startsWith('object_')) return found;
  const present = found.code !== 'object_missing';
  return { ...found, fix: present ? `${HISTORY}; then delete the object's file${PACKED}` : HISTORY };
}

/** The finding with the fix for a pack that is not what its checksum says. */
export function ofPack(found: Finding): Finding {
  if (found.code !== 'object_corrupt') return found;
  return {
    ...found,
    fix: `mend the objects found damaged, then: git repack -ad; if all of a pack is lost, ${BACKUP}`,
  };
}

/** The finding with the fix that helps on this shelf: copies are made anew where they came from. */
export function onShelf(found: Finding, shelf: Shelf): Finding {
  if (found.code === 'record_version') return found;
  if (shelf.remote !== undefined) {
    const again = `delete remotes/${shelf.remote}.git, then: git ot bucket remote pull ${shelf.remote}`;
    return { ...found, fix: `${again}; if it comes back, its machine must mend and push` };
  }
  return shelf.prefix === SEALED_PREFIX ? { ...found, fix: sealedFix(found.code) } : found;
}

function sealedFix(code: FindingCode): string {
  const ref = code === 'ref_broken' ? 'the file of the sealed ref' : 'the sealed ref (git update-ref -d REF)';
  const edited = code === 'object_corrupt' || code === 'object_hash_mismatch';
  return `delete ${ref}${edited ? " and the object's file" : ''}; the next push seals anew${edited ? PACKED : ''}`;
}

const CODE_OF_ERROR: ReadonlyMap<string, FindingCode> = new Map<string, FindingCode>([
  ['OT_FORMAT_UNKNOWN', 'record_version'],
  ['OT_RECORD_DAMAGED', 'record_damaged'],
  ['OT_OBJECT_CORRUPT', 'object_corrupt'],
  ['OT_OBJECT_TOO_LARGE', 'object_bad'],
  ['OT_OBJECT_MISSING', 'object_missing'],
  ['OT_OBJECT_TYPE', 'tree_shape'],
  ['OT_JOURNAL_DAMAGED', 'ref_type'],
  ['OT_GIT_FAILED', 'repository'],
  ['OT_REPOSITORY_DAMAGED', 'repository'],
  ['OT_REMOTE_DAMAGED', 'repository'],
]);

/** Code for what a read threw; rethrows what is no outcome of reading. */
export function codeOfError(error: unknown, otherwise: FindingCode): FindingCode {
  if (!(error instanceof OtError) || error.code === 'OT_GIT_MISSING') throw error;
  return CODE_OF_ERROR.get(error.code) ?? otherwise;
}
