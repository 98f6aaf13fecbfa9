/**
 * `$OT_HOME/spool/drain`: the process that empties the spool. It saves starts and guards nothing: two drains
 * at once capture the same sessions twice, which changes nothing the second time. So every doubt is decided
 * for starting one more.
 */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';
import type { Platform } from '../../base/platform.ts';
import { makeSpool, spoolDir } from './spool.ts';

/** How long a marker may be without a start time: its drain is about to run. */
const NEW_MS = 60_000;

function markerPath(home: string): string {
  return join(spoolDir(home), 'drain');
}

/**
 * Process that is at work, 0 while it is not known yet, or null. A marker of a process that is gone is none, also
 * when another process has its id: the start time tells.
 */
export async function drainAtWork(home: string, platform: Platform): Promise<number | null> {
  try {
    const [text = '', start] = (await readFile(markerPath(home), 'utf8')).trim().split(' ');
    const pid = Number(text);
    const now = Number.isSafeInteger(pid) && pid > 0 ? platform.processStart(pid) : null;
    if (start !== undefined) return start === now ? pid : null;
    if (text !== '' && now === null) return null;
    const { mtimeMs } = await stat(markerPath(home));
    return platform.now().getTime() - mtimeMs < NEW_MS ? pid : null;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** True when this process now holds the marker: it was free, stale, or made for it. */
export async function claimMarker(home: string, platform: Platform): Promise<boolean> {
  const holder = await drainAtWork(home, platform);
  if (holder !== null && holder !== platform.pid) return false;
  const path = markerPath(home);
  const text = `${platform.pid} ${platform.processStart(platform.pid) ?? ''}`.trim();
  if (!makeSpool(home)) return false;
  if (holder === null) return makeMarker(path, text);
  await writeFile(`${path}.${platform.pid}`, `${text}\n`, { mode: 0o600 });
  await rename(`${path}.${platform.pid}`, path);
  return true;
}

/** In place of a stale one; false when somebody else was first. */
async function makeMarker(path: string, text: string): Promise<boolean> {
  await rm(path, { force: true });
  try {
    await writeFile(path, `${text}\n`, { flag: 'wx', mode: 0o600 });
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
