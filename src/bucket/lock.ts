/**
 * The bucket lock: one writer (or one maintenance run) at a time, released by the death of its holder.
 *
 * Locks are numbered files `lock.<n>`; the highest number is the current one. A file names its holder, or
 * is empty once released. To take the lock one creates `lock.<n+1>` exclusively, which only one contender
 * can do, and only when `n` is released or its holder is gone; nobody ever removes a lock that may be
 * held, so a slow contender cannot break a fresh lock. Lower numbers are swept by the holder. A contender
 * that created `n+1` after it was used and swept sees a higher number on its second look and steps back.
 * A holder on another machine cannot be asked; its lock counts unless the file is a copy, which its inode
 * tells: a folder copied or restored while it was locked must not stay locked.
 */
import { link, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import type { Platform } from '../base/platform.ts';
import { unreadable, unwritable } from './storage.ts';

export interface HeldLock {
  /** True when the holder before died without releasing: it may have left things half done. */
  readonly afterDeath: boolean;
  release(): Promise<void>;
}

export interface LockOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly waitMs?: number;
}

const PATTERN = /^lock\.(\d{1,15})$/;
const DEFAULT_WAIT_MS = 60_000;
/** After this long the person is told what the wait is for. */
const SILENT_MS = 2_000;

/**
 * Takes the lock of the folder `directory`; a wait of some seconds is told through `platform.notice`. Throws
 * `OT_BUCKET_LOCKED` (exit 7) after `waitMs`, `OT_NO_BUCKET` (exit 6) when the folder is gone, `OT_READ_ONLY` or `OT_DISK_FULL` where no file can be made, and
 * `OT_LOCK_BROKEN` where something else stands under the name of a lock.
 */
export async function acquireLock(
  directory: string,
  platform: Platform,
  options: LockOptions = {},
): Promise<HeldLock> {
  const began = platform.now().getTime();
  const deadline = began + (options.waitMs ?? DEFAULT_WAIT_MS);
  let told = false;
  for (let attempt = 0; ; attempt += 1) {
    const current = await currentLock(directory);
    const holder = current === 0 ? '' : await readHolder(directory, current);
    if (holder === '' || !(await isHeld(directory, current, holder, platform))) {
      const held = await create(directory, current + 1, platform);
      if (held !== null) return { ...held, afterDeath: holder !== '' };
      continue;
    }
    const now = platform.now().getTime();
    const locked = lockedError(holder, platform.machineId, join(directory, `lock.${current}`));
    if (now >= deadline) throw locked;
    if (!told && now - began >= SILENT_MS) platform.notice?.(`waiting: ${locked.message}; ${locked.hint}`);
    told ||= now - began >= SILENT_MS;
    await platform.sleep(pauseMs(attempt, platform));
  }
}

/** Who holds the lock, as a person is told, what to do, and since when, in milliseconds since 1970. */
export interface LockHolder {
  readonly message: string;
  readonly hint: string;
  readonly since: number;
}

/** The lock of the folder as it is now, without taking it; null when it is free, or there is no such folder. */
export async function lockHolder(directory: string, platform: Platform): Promise<LockHolder | null> {
  try {
    const current = await currentLock(directory);
    const holder = current === 0 ? '' : await readHolder(directory, current);
    if (holder === '' || !(await isHeld(directory, current, holder, platform))) return null;
    const path = join(directory, `lock.${current}`);
    const { message, hint = '' } = lockedError(holder, platform.machineId, path);
    return { message, hint, since: (await stat(path)).mtimeMs };
  } catch (error) {
    if (error instanceof OtError || isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}

/** Runs `work` under the lock and releases it whatever happens. */
export async function withLock<T>(
  directory: string,
  platform: Platform,
  work: (held: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const held = await acquireLock(directory, platform, options);
  try {
    return await work(held);
  } finally {
    await held.release();
  }
}

type Created = Omit<HeldLock, 'afterDeath'>;

async function create(directory: string, number: number, platform: Platform): Promise<Created | null> {
  try {
    return await tryCreate(directory, number, platform);
  } catch (error) {
    throw unwritable(directory, error);
  }
}

async function tryCreate(directory: string, number: number, platform: Platform): Promise<Created | null> {
  const path = join(directory, `lock.${number}`);
  const draft = join(directory, `tmp_lock_${platform.pid}_${platform.randomHex(4)}`);
  try {
    await writeHolder(draft, platform);
    await link(draft, path);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return null;
    throw error;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  if ((await currentLock(directory)) > number) {
    await rm(path, { force: true });
    return null;
  }
  await sweepBelow(directory, number);
  return { release: () => release(path) };
}

/** The start mark guards against a pid that the system has given to another process meanwhile. */
async function writeHolder(draft: string, platform: Platform): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    const { ino } = await file.stat();
    const start = platform.processStart(platform.pid) ?? '-';
    await file.writeFile(`${platform.pid} ${start} ${platform.machineId} ${ino}\n`);
  } finally {
    await file.close();
  }
}

async function release(path: string): Promise<void> {
  await truncate(path, 0).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
}

async function lockNumbers(directory: string): Promise<number[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw isSystemError(error, 'ENOENT') ? gone(directory, error) : error;
  });
  return entries.flatMap((entry) => {
    const match = PATTERN.exec(entry.name);
    if (match === null) return [];
    if (!entry.isFile()) throw notALock(join(directory, entry.name));
    return [Number(match[1])];
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
    throw unreadable(directory, error);
  }
}

async function isHeld(
  directory: string,
  number: number,
  holder: string,
  platform: Platform,
): Promise<boolean> {
  const [pid, start, machine, inode] = holder.trim().split(' ');
  if (machine !== platform.machineId) return !(await isCopy(directory, number, inode));
  const now = platform.processStart(Number(pid));
  return now !== null && now === start;
}

/** Linked from the very file its holder wrote, or a copy of it in another place. */
async function isCopy(directory: string, number: number, inode: string | undefined): Promise<boolean> {
  if (inode === undefined) return false;
  try {
    return String((await stat(join(directory, `lock.${number}`))).ino) !== inode;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

function pauseMs(attempt: number, platform: Platform): number {
  const ceiling = Math.min(250, 5 * 2 ** Math.min(attempt, 6));
  return 2 + (Number.parseInt(platform.randomHex(2), 16) % ceiling);
}

/** While it was waited for, somebody purged everything. */
function gone(directory: string, cause: unknown): OtError {
  return new OtError('OT_NO_BUCKET', 'not_found', `${directory} is no longer there`, {
    hint: 'run the command again to begin a new bucket',
    cause,
  });
}

function notALock(path: string): OtError {
  return new OtError('OT_LOCK_BROKEN', 'usage', `${path} is not a file`, {
    hint: 'that is the name of a lock of git-ot: remove it',
  });
}

function lockedError(holder: string, machineId: string, path: string): OtError {
  const [pid, , machine] = holder.trim().split(' ');
  const here = machine === machineId;
  return new OtError(
    'OT_BUCKET_LOCKED',
    'conflict',
    `another git-ot process (${here ? pid : `${pid} on another machine`}) is writing to the bucket`,
    {
      hint: here
        ? 'wait for it to end, or stop that process, then run the command again'
        : `wait for it to end; if that machine no longer uses this folder, delete ${path}`,
      retryable: true,
    },
  );
}
