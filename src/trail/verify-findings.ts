/** What `trail verify` may find, each with what mends it. */
import { patchIdOf } from '../record/patch.ts';
import type { StoredRange } from './store.ts';

const FIXES = {
  /** Owners that are kept are not those that follow from patches and commits. */
  owners_differ: 'git ot trail sync --all',
  /** An owner is a patch that no step of any trace made. */
  patch_gone: 'git ot trail sync --all',
  patch_text_gone: 'git ot bucket verify --full names what is damaged',
  /** A commit has lines of a trace and had a note of it. */
  note_missing: 'git ot trail sync --all',
  /** A note names a trace that cannot have: its first patch here is younger than the commit, or there is none. */
  note_forged: 'git notes --ref=opentraces remove COMMIT, then git ot trail sync --all',
  /** A line of a note begins as ours do and names no trace. */
  note_malformed: 'git notes --ref=opentraces edit COMMIT',
} as const;

export type TrailFindingCode = keyof typeof FIXES;

export interface TrailFinding {
  readonly code: TrailFindingCode;
  /** A file, a commit or a patch. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export function trailFinding(code: TrailFindingCode, path: string, message: string): TrailFinding {
  return { code, path, message, fix: FIXES[code].replace('COMMIT', path) };
}

export function idOfRange({
  traceId,
  step,
  ordinal,
}: Pick<StoredRange, 'traceId' | 'step' | 'ordinal'>): string {
  return patchIdOf(traceId, step, ordinal);
}
