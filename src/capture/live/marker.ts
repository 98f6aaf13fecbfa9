/**
 * `$OT_HOME/spool/drain`: the process that empties the spool. It saves starts and guards nothing: two drains
 * at once capture the same sessions twice, which changes nothing the second time. So every doubt is decided
 * for starting one more.
 */
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';
import { makeFolders } from '../../base/folders.ts';
import type { Platform } from '../../base/platform.ts';
import { spoolDir } from './spool.ts';

/** How long a marker may be empty: its shell is about to write its id. */
const EMPTY_MS = 60_000;

function markerPath(home: string): string {
  return join(spoolDir(home), 'drain');
}

/** Process that is at work, or null. A marker of a process that is gone is none. */
export async function drainAtWork(home: string, platform: Platform): Promise<number | null> {
  try {
    const pid = Number((await readFile(markerPath(home), 'utf8')).trim());
    if (Number.isSafeInteger(pid) && pid > 0) return platform.processStart(pid) === null ? null : pid;
    const { mtimeMs } = await stat(markerPath(home));
    return platform.now().getTime() - mtimeMs < EMPTY_MS ? 0 : null;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** True when this process now holds the marker: it was free, stale, or ours already. */
export async function claimMarker(home: string, platform: Platform): Promise<boolean> {
  const holder = await drainAtWork(home, platform);
  if (holder === platform.pid) return true;
  if (holder !== null) return false;
  makeFolders(spoolDir(home), 0o700);
  await rm(markerPath(home), { force: true });
  try {
    const file = await open(markerPath(home), 'wx', 0o600);
    await file.writeFile(`${platform.pid}\n`).finally(() => file.close());
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes the marker when it is ours. */
export async function releaseMarker(home: string, platform: Platform): Promise<void> {
  if ((await drainAtWork(home, platform)) === platform.pid) await rm(markerPath(home), { force: true });
}
