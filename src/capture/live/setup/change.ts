/**
 * Changes of files outside the bucket: planned as bytes before and after, shown, then applied. A file is
 * replaced by a rename, its first state is kept once, and a file that changed since the plan is left alone.
 */
import { chmod, readFile, readlink, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isSystemError, OtError } from '../../../base/errors.ts';
import { makeFolders } from '../../../base/folders.ts';
import type { Platform } from '../../../base/platform.ts';
import { Made } from './made.ts';

export interface FileChange {
  readonly path: string;
  /** Null: there is no file. */
  readonly before: Buffer | null;
  /** Null: the file goes. */
  readonly after: Buffer | null;
  /** Mode of a file that is made. */
  readonly mode: number;
  /** In `$OT_HOME`: folders that have to be made are the user's alone. */
  readonly isPrivate?: boolean;
  /** Keep `before` beside the file as {@link backupPath}, unless an older state is kept there. */
  readonly backup?: boolean;
  /** The backup has served: it goes with this change, also where the file itself has nothing to change. */
  readonly dropBackup?: boolean;
  /** What of ours is in the file after this change, or no longer is. */
  readonly record?: { readonly what: string; readonly present: boolean };
}

export type ChangeAction = 'create' | 'change' | 'remove' | 'none';

export function actionOf({ before, after }: FileChange): ChangeAction {
  if (before === null) return after === null ? 'none' : 'create';
  if (after === null) return 'remove';
  return before.equals(after) ? 'none' : 'change';
}

/** Where the first state of a foreign file is kept. */
export function backupPath(path: string): string {
  return `${path}.before-git-ot`;
}

/** The file that a path names, through symbolic links, also to no file yet: a linked settings file stays a link. */
export async function realFile(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw unusable(path, error);
    const target = await readlink(path).catch(() => null);
    // A circle of links is ELOOP above, so this ends.
    return target === null ? path : realFile(resolve(dirname(path), target));
  }
}

/** Content of a file; null when there is none. Throws `OT_SETTINGS_UNREADABLE` (exit 3). */
export async function readOptional(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw unusable(path, error);
  }
}

/**
 * Applies the changes in order, and notes below `home` (`$OT_HOME`) what was put where; those that change nothing touch
 * nothing. Folders that were made for what is gone now go, too.
 */
export async function applyChanges(
  changes: readonly FileChange[],
  platform: Platform,
  home: string,
): Promise<void> {
  const made = new Made(home, platform);
  for (const change of changes) {
    try {
      await applyChange(change, platform, made);
    } catch (error) {
      await made.settle().catch(() => undefined);
      throw error instanceof OtError ? error : unusable(change.path, error);
    }
  }
  try {
    await made.settle();
  } catch (error) {
    throw unusable(home, error);
  }
}

async function applyChange(change: FileChange, platform: Platform, made: Made): Promise<void> {
  const { path, before, after, record } = change;
  if (actionOf(change) !== 'none') {
    const now = await readOptional(path);
    if (now === null ? before !== null : before === null || !now.equals(before)) throw changedMeanwhile(path);
    if (change.backup === true && before !== null) await keep(path, before);
    if (after === null) await removeFile(path, change.isPrivate === true);
    else await replace(change, after, platform, made);
  }
  if (change.dropBackup === true) await rm(backupPath(path), { force: true });
  if (record !== undefined) made.note({ what: record.what, path }, record.present);
}

/** In `$OT_HOME` a folder goes with the last of what it held, and `$OT_HOME` itself when nothing is left there. */
async function removeFile(path: string, isPrivate: boolean): Promise<void> {
  await rm(path);
  const folder = dirname(path);
  if (isPrivate && (await removeEmpty(folder))) await removeEmpty(dirname(folder));
}

/** False when something is in it, or it may not be removed. */
async function removeEmpty(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}

async function replace(change: FileChange, after: Buffer, platform: Platform, made: Made): Promise<void> {
  const { path, before, mode } = change;
  if (change.isPrivate === true) makeFolders(dirname(path), 0o700);
  else await made.folderOf(path);
  const draft = join(dirname(path), `.${basename(path)}.git-ot-${platform.randomHex(4)}`);
  const kept = before === null ? mode : (await stat(path)).mode & 0o7777;
  try {
    await writeFile(draft, after, { flag: 'wx', mode: kept, flush: true });
    await chmod(draft, kept);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Once: what stood there before the first change of ours is what a person wants back. */
async function keep(path: string, before: Buffer): Promise<void> {
  const { mode } = await stat(path);
  await writeFile(backupPath(path), before, { flag: 'wx', mode: mode & 0o777 }).catch((error: unknown) => {
    if (!isSystemError(error, 'EEXIST')) throw error;
  });
}

function unusable(path: string, cause: unknown): OtError {
  return new OtError('OT_SETTINGS_UNREADABLE', 'refused', `${path} cannot be read or written`, {
    hint: 'check its permissions, and that there is space; nothing of it was changed',
    cause,
  });
}

function changedMeanwhile(path: string): OtError {
  return new OtError('OT_SETTINGS_CHANGED', 'conflict', `${path} was changed by somebody else just now`, {
    hint: 'run the command again',
    retryable: true,
  });
}
