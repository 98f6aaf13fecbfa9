/**
 * Places that hold many sessions, none of which is a file of its own: a database, or a tree of small files.
 * Of each session a source is composed: lines of JSON that the store's format reads and that tell every row
 * or file exactly, so that the same session always gives the same bytes.
 */
import type { SessionFormat, SessionIdentity } from './session-source.ts';
import type { SourceInput } from './source-input.ts';

export interface StoredSession {
  readonly identity: SessionIdentity;
  readonly input: SourceInput;
}

export interface SessionStore {
  /** Format of the composed sources. */
  readonly format: SessionFormat;
  /** The sessions at `path`, in a stable order. Throws `OT_SOURCE_*` when they cannot be read. */
  sessions(path: string): Promise<readonly StoredSession[]>;
}

/** A store that is one file. */
export interface FileStore extends SessionStore {
  /** True when a file that begins with `head` is one; decides from content only. */
  detect(head: Buffer, path: string): Promise<boolean>;
}

/** A store that is a folder. */
export interface FolderStore extends SessionStore {
  /** True when the folder at `path`, with entries of these names, is one. Never throws. */
  detect(path: string, names: ReadonlySet<string>): Promise<boolean>;
}
