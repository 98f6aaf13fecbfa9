/**
 * Places that hold many sessions, none of which is a file of its own: a database, or a tree of small files.
 * Of each session a source is composed: lines of JSON that the store's format reads and that tell every row
 * or file exactly, so that the same session always gives the same bytes.
 */
import { OtError } from '../base/errors.ts';
import type { SessionFormat, SessionIdentity } from './session-source.ts';
import type { SourceInput } from './source-input.ts';

export interface StoredSession {
  readonly identity: SessionIdentity;
  /** Folder it ran in; null when its store does not tell. */
  readonly directory: string | null;
  readonly input: SourceInput;
  /**
   * Every file that the input is read from, or would be if it were there: as long as none of them changes, the
   * input is the same. Throws `OT_SOURCE_*` when they cannot be listed.
   */
  readonly files: () => readonly WatchedFile[];
}

/** A file whose stat tells whether it has changed. */
export interface WatchedFile {
  readonly path: string;
  /** Its change time moves without any change; that of modification counts alone. */
  readonly restless?: true;
}

export interface SessionStore {
  /** Format of the composed sources. */
  readonly format: SessionFormat;
  /**
   * The sessions at `path`, in a stable order; in the place of one that cannot be captured, why. Throws
   * `OT_SOURCE_*` when they cannot be read at all.
   */
  sessions(path: string): Promise<ReadonlyArray<StoredSession | OtError>>;
  /** When a session there last grew, in milliseconds since 1970; null when nothing tells. Throws `OT_SOURCE_*`. */
  lastChange(path: string): Promise<number | null>;
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

/** The same bytes in fewer pieces: every piece that is handed on may wait for the disk. */
export function* inPieces(lines: Iterable<Buffer>): Iterable<Buffer> {
  let gathered: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    gathered.push(line);
    bytes += line.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(gathered, bytes);
    gathered = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(gathered, bytes);
}

const PIECE_BYTES = 256 * 1024;

/** A session under a name that cannot be an id; the name itself is data and not shown. */
export function unusableId(path: string): OtError {
  return new OtError('OT_SESSION_ID', 'usage', `${path} holds a session without a usable native id`);
}
