/**
 * The bucket lock: one writer (or one maintenance run) at a time, released by the death of its holder.
 *
 * Locks are numbered files `lock.<n>`; the highest number is the current one. A file names its holder, or
 * is empty once released. To take the lock one creates `lock.<n+1>` exclusively, which only one contender
 * can do, and only when `n` is released or its holder is gone; nobody ever removes a lock that may be
 * held, so a slow contender cannot break a fresh lock. Lower numbers are swept by the holder. A contender
 * that created `n+1` after it was used and swept sees a higher number on its second look and steps back.
 */
import { link, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import type { Platform } from '../base/platform.ts';

export interface HeldLock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly waitMs?: number;
}

const PATTERN = /^lock\.(\d{1,15})$/;
const DEFAULT_WAIT_MS = 60_000;

/** Takes the lock of the folder `directory`; throws `OT_BUCKET_LOCKED` (exit 7) after `waitMs`. */
export async function acquireLock(
  directory: string,
  platform: Platform,
  options: LockOptions = {},
): Promise<HeldLock> {
  const deadline = platform.now().getTime() + (options.waitMs ?? DEFAULT_WAIT_MS);
  for (let attempt = 0; ; attempt += 1) {
    const current = await currentLock(directory);
    const holder = current === 0 ? '' : await readHolder(directory, current);
    if (holder === '' || !isRunning(holder, platform)) {
      const held = await tryCreate(directory, current + 1, platform);
      if (held !== null) return held;
      continue;
    }
    if (platform.now().getTime() >= deadline) throw lockedError(holder);
    await platform.sleep(pauseMs(attempt, platform));
  }
}

/** Runs `work` under the lock and releases it whatever happens. */
export async function withLock<T>(
  directory: string,
  platform: Platform,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const held = await acquireLock(directory, platform, options);
  try {
    return await work();
  } finally {
    await held.release();
  }
}

async function tryCreate(directory: string, number: number, platform: Platform): Promise<HeldLock | null> {
  const path = join(directory, `lock.${number}`);
  const draft = join(directory, `tmp_lock_${platform.pid}_${platform.randomHex(4)}`);
  await writeFile(draft, holderText(platform), { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return null;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if ((await currentLock(directory)) > number) {
    await rm(path, { force: true });
    return null;
  }
  await sweepBelow(directory, number);
  return { release: () => release(path) };
}

async function release(path: string): Promise<void> {
  await truncate(path, 0).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => {
    const match = PATTERN.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

async function currentLock(directory: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(directory)));
}

async function sweepBelow(directory: string, number: number): Promise<void> {
  for (const other of await lockNumbers(directory)) {
    if (other < number) await rm(join(directory, `lock.${other}`), { force: true });
  }
}

async function readHolder(directory: string, number: number): Promise<string> {
  try {
    return await readFile(join(directory, `lock.${number}`), 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return '';
    throw error;
  }
}

/** The start mark guards against a pid that the system has given to another process meanwhile. */
function holderText(platform: Platform): string {
  return `${platform.pid} ${platform.processStart(platform.pid) ?? '-'} ${platform.machineId}\n`;
}

function isRunning(holder: string, platform: Platform): boolean {
  const [pid, start, machine] = holder.trim().split(' ');
  if (machine !== platform.machineId) return true;
  const now = platform.processStart(Number(pid));
  return now !== null && now === start;
}

function pauseMs(attempt: number, platform: Platform): number {
  const ceiling = Math.min(250, 5 * 2 ** Math.min(attempt, 6));
  return 2 + (Number.parseInt(platform.randomHex(2), 16) % ceiling);
}

function lockedError(holder: string): OtError {
  return new OtError(
    'OT_BUCKET_LOCKED',
    'conflict',
    `another git-ot process (${holder.trim().split(' ')[0]}) is writing to the bucket`,
    { hint: 'wait for it to end, or stop that process, then run the command again', retryable: true },
  );
}
