/** What `bucket verify` can find: one code per kind of damage, with the command that mends it. */

export interface Finding {
  readonly code: FindingCode;
  /** Ref, object or path in the journal tree: never content. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Codes are part of the command's contract: never renamed, never reused. */
export const FINDING_FIXES = {
  object_corrupt: 'restore bucket.git from a backup, or delete the object and capture its session again',
  object_hash_mismatch: 'the object was edited after it was written: restore bucket.git from a backup',
  object_missing: 'restore bucket.git from a backup, or capture the session again',
  object_bad: 'restore bucket.git from a backup',
  repository: 'run git fsck in bucket.git to see more',
  ref_type: 'point the ref at a journal commit again, or delete it: git update-ref -d',
  ref_name: 'delete the ref: git update-ref -d',
  journal_chain: 'restore bucket.git from a backup',
  tree_shape: 'remove the stray entry by capturing the session again',
  name_mismatch: 'capture the session again',
  id_mismatch: 'the record is not of this trace: capture the session again',
  record_damaged: 'capture the session again',
  record_version: 'upgrade git-ot',
  step_numbering: 'capture the session again',
  segment_missing: 'capture the session again',
  dangling_blob: 'capture the session again',
  unreferenced_blob: 'capture the session again',
  source_incomplete: 'capture the session again',
  meta_disagrees: 'git ot bucket manifest --heal',
} as const;

export type FindingCode = keyof typeof FINDING_FIXES;

export function finding(code: FindingCode, path: string, message: string): Finding {
  return { code, path, message, fix: FINDING_FIXES[code] };
}
