/** From a file or folder that was found to the sessions in it. */
import { OtError } from '../base/errors.ts';
import { orFileError } from './file-error.ts';
import type { SessionFormat } from './session-source.ts';
import type { SessionStore, StoredSession } from './session-store.ts';
import { readHead } from './source-input.ts';
import { fileStoreOf } from './stores.ts';
import type { FoundFile } from './walk.ts';

/** One session to look at. */
export interface Candidate {
  readonly file: FoundFile;
  /** A session of a store, or why the store gives none; absent when the file itself may be a session. */
  readonly stored?: OtError | (StoredSession & { readonly format: SessionFormat });
}

/** Sessions are written as text by all agents we know: other files may be stores. */
const TEXT_FILE = /\.(?:jsonl|json)$/;
const HEAD_BYTES = 4096;

/** `only`: native id of the session of a store that is asked for; with its sub-agents. */
export async function* candidatesIn(file: FoundFile, only: string | undefined): AsyncIterable<Candidate> {
  const store = await orFileError(() => storeOf(file));
  if (store === null) yield { file };
  else if (store instanceof OtError) yield { file, stored: store };
  else yield* sessionsOf(store, file, only);
}

async function storeOf({ path, store }: FoundFile): Promise<SessionStore | null> {
  if (store !== undefined) return store;
  return mayBeStore(path) ? fileStoreOf(readHead(path, HEAD_BYTES), path) : null;
}

export function mayBeStore(path: string): boolean {
  return !TEXT_FILE.test(path);
}

/** A problem with one of many sessions is a remark, also when the user named the store. */
async function* sessionsOf(
  store: SessionStore,
  file: FoundFile,
  only: string | undefined,
): AsyncIterable<Candidate> {
  const sessions = await orFileError(() => store.sessions(file.path));
  if (sessions instanceof OtError) yield { file, stored: sessions };
  else if (sessions.length === 0) yield { file, stored: empty(file.path) };
  else
    for (const session of sessions) {
      if (only !== undefined && !isAskedFor(session, only)) continue;
      const stored = session instanceof OtError ? session : { ...session, format: store.format };
      yield { file: { path: file.path, named: false }, stored };
    }
}

/** A sub-agent is asked for by its own id too. */
function isAskedFor(session: StoredSession | OtError, only: string): boolean {
  if (session instanceof OtError) return false;
  const { sessionId, parentSessionId } = session.identity;
  return sessionId === only || parentSessionId === only || sessionId.endsWith(`/${only}`);
}

function empty(path: string): OtError {
  return new OtError('OT_NOT_A_SESSION_EMPTY', 'usage', `${path} holds no session`);
}
