/** Whether hooks can write their notes at all. Nothing is tried: a look changes nothing. */
import { access, constants, stat, statfs } from 'node:fs/promises';
import { spoolDir } from './spool.ts';

/** Less space than this, in bytes, is a full disk to everything here. */
const LEAST_SPACE = 1024 * 1024;

/** What keeps hooks from writing, and where. */
export interface NoRoom {
  readonly why: 'unwritable' | 'full';
  readonly path: string;
}

/** Null when notes can be written, and before there is any place for them. */
export async function noRoomFor(home: string): Promise<NoRoom | null> {
  const path = await firstThere([spoolDir(home), home]);
  if (path === null) return null;
  if (!(await isWritableFolder(path))) return { why: 'unwritable', path };
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize < LEAST_SPACE ? { why: 'full', path } : null;
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await succeeds(access(path))) return path;
  return null;
}

async function isWritableFolder(path: string): Promise<boolean> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolder && succeeds(access(path, constants.W_OK | constants.X_OK));
}

async function succeeds(look: Promise<void>): Promise<boolean> {
  return look.then(
    () => true,
    () => false,
  );
}
