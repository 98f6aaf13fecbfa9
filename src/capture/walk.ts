/** From the paths a user names to session files: folders are walked, symbolic links to folders are not. */
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import type { SessionStore } from './session-store.ts';
import { folderStoreOf } from './stores.ts';

export interface FoundFile {
  readonly path: string;
  /** True when the user named this very file: then a problem with it is an error, not a remark. */
  readonly named: boolean;
  /** Set when the path is a folder that holds sessions of which none is a file. */
  readonly store?: SessionStore;
}

export interface UnreadablePlace {
  readonly path: string;
  readonly error: OtError;
}

/** Endings a session file can have; the format itself is told from content. */
const SESSION_FILE = /\.(?:jsonl|jsonl\.zst|json|db)$/;

/** Files below `paths` in a stable order. `onUnreadable` hears of what is inside and cannot be listed or named. */
export async function* findSessionFiles(
  paths: readonly string[],
  onUnreadable: (place: UnreadablePlace) => void,
): AsyncIterable<FoundFile> {
  for (const path of paths) {
    const kind = await kindOf(path);
    if (kind === 'file') yield { path, named: true };
    else yield* walk(path, true, onUnreadable);
  }
}

async function kindOf(path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) {
      if (path.includes(REPLACED)) throw unnameable(path);
      throw new OtError('OT_SOURCE_MISSING', 'usage', `no such file or folder: ${path}`, { cause: error });
    }
    throw unreadableFolder(path, error);
  }
}

async function* walk(
  folder: string,
  named: boolean,
  onUnreadable: (place: UnreadablePlace) => void,
): AsyncIterable<FoundFile> {
  let entries: import('node:fs').Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const failure = unreadableFolder(folder, error);
    if (named) throw failure;
    onUnreadable({ path: folder, error: failure });
    return;
  }
  const store = await folderStoreOf(folder, namesOfFolders(entries));
  if (store !== null) {
    yield { path: folder, named, store };
    return;
  }
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const isFile = SESSION_FILE.test(entry.name) && (entry.isFile() || entry.isSymbolicLink());
    if (!isFile && !entry.isDirectory()) continue;
    if (entry.name.includes(REPLACED) && !(await isThere(path)))
      onUnreadable({ path, error: unnameable(path) });
    else if (isFile) yield { path, named: false };
    else yield* walk(path, false, onUnreadable);
  }
}

/** Stands in a name for bytes that are not UTF-8: what such a name leads to cannot be opened by it. */
const REPLACED = '\ufffd';

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function unnameable(path: string): OtError {
  return new OtError('OT_SOURCE_NAME', 'usage', `there is no ${path}, or its name is not UTF-8`, {
    hint: 'rename it, or make a link to it whose name is UTF-8 and capture that',
  });
}

function namesOfFolders(entries: readonly import('node:fs').Dirent[]): ReadonlySet<string> {
  return new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
}

function unreadableFolder(path: string, cause: unknown): OtError {
  return new OtError('OT_SOURCE_UNREADABLE', 'usage', `${path} cannot be read`, {
    hint: 'check its permissions',
    cause,
  });
}
