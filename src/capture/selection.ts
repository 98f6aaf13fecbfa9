/**
 * Which of the sessions that a capture finds it takes. A file that the user named is always taken: this is about
 * folders and stores, where a session that was left out must not come in with the others.
 */
import { OtError } from '../base/errors.ts';
import type { Candidate } from './candidates.ts';
import type { SessionIdentity } from './session-source.ts';
import { readHead } from './source-input.ts';
import { type Whereabouts, whereaboutsIn } from './whereabouts.ts';

export interface Selection {
  /** True for a session that carries a do-not-save mark. */
  readonly isMarked: (sessionId: string) => boolean;
  /** False for a folder whose sessions are left out. */
  readonly isTracked: (cwd: string | null) => Promise<boolean>;
  /** Counts for named files too: nobody typed their names. */
  readonly evenNamed?: boolean;
  /** Only sessions that ran at such a place are looked at; all by default. */
  readonly within?: (place: Whereabouts) => boolean;
}

/** Bytes of a log in which it names its folder. */
const HEAD_BYTES = 256 * 1024;

/** False for a session that is none of those asked for: nothing is said of it. */
export function isAskedFor({ file, stored }: Candidate, { within }: Selection): boolean {
  if (within === undefined) return true;
  if (stored instanceof OtError) return false;
  if (stored !== undefined) return within({ cwd: stored.directory, folderHash: null });
  try {
    return within(whereaboutsIn(readHead(file.path, HEAD_BYTES)));
  } catch (error) {
    if (error instanceof OtError) return false;
    throw error;
  }
}

/** Throws `OT_SESSION_LEFT_OUT` for a session that carries a mark, or ran in a folder that is left out. */
export async function assertTaken(
  selection: Selection,
  path: string,
  { sessionId, parentSessionId }: SessionIdentity,
  cwd: () => string | null,
): Promise<void> {
  if (idsOf(sessionId, parentSessionId).some((id) => selection.isMarked(id)))
    throw leftOut(path, 'carries a do-not-save mark');
  if (!(await selection.isTracked(cwd()))) throw leftOut(path, 'ran in a folder that is left out');
}

/** A sub-agent is `<parent>/<its own id>`, and agents show each of the two alone. */
function idsOf(...ids: ReadonlyArray<string | undefined>): string[] {
  return ids.flatMap((id) => (id === undefined ? [] : [id, ...id.split('/')]));
}

function leftOut(path: string, why: string): OtError {
  return new OtError('OT_SESSION_LEFT_OUT', 'usage', `the session in ${path} ${why}`, {
    hint: 'name its file to capture it all the same',
  });
}
