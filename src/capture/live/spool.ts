/**
 * `$OT_HOME/spool`: what hooks noted and nobody has captured yet. `event-<process>-<n>` are notes, made and then
 * written by `hooks/spool`; `aside/` holds notes that could not be used, each with its reason; `drain` names the
 * process that is at work.
 */
import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';
import { makeFolders } from '../../base/folders.ts';
import type { Platform } from '../../base/platform.ts';
import { decodeNote, decodePlace, type SpoolNote } from './note.ts';

/** A note with its place. */
export interface SpoolEvent extends SpoolNote {
  /** Name of its file in the spool. */
  readonly name: string;
  /** When the hook wrote it, in milliseconds since 1970. */
  readonly at: number;
}

/** A note that cannot be used; its reason is a stable word such as `not_json`. */
export interface BadEvent {
  readonly name: string;
  readonly reason: string;
  /** Where an agent said something that is lost. */
  readonly place?: { readonly source: string; readonly cwd: string } | null;
}

/** How long the host may feed its hook nothing, in milliseconds, and still be about to. */
const WRITING_MS = 10_000;
/** How long a note may be written by a process that cannot be seen from here, as in a container. */
const UNSEEN_MS = 2_000;
/** Largest note that is read; hooks are registered for events whose payload is small. */
const LARGEST_NOTE = 64 * 1024 * 1024;
const NOTE = /^event-[\w-]{1,80}$/;
/** A note under the id of the process that makes it. */
const OF_PROCESS = /^event-(\d{1,15})-\d{1,9}$/;

export function spoolDir(home: string): string {
  return join(home, 'spool');
}

/**
 * Makes the spool, or a folder in it; false when `$OT_HOME` itself is gone, as after a purge: what still runs then does
 * not make it anew.
 */
export function makeSpool(home: string, below = ''): boolean {
  if (!existsSync(home)) return false;
  makeFolders(join(spoolDir(home), below), 0o700);
  return true;
}

/** Names of the waiting notes, whole or not. Empty without a spool. */
export async function listSpool(home: string): Promise<string[]> {
  const names = await readdir(spoolDir(home)).catch(noFolder);
  return names.filter((name) => NOTE.test(name)).sort();
}

/** Reads one note; null when somebody else has taken it, `unfinished` while its hook may still be writing it. */
export async function readEvent(
  home: string,
  name: string,
  platform: Pick<Platform, 'now' | 'processStart'>,
): Promise<SpoolEvent | BadEvent | 'unfinished' | null> {
  const path = join(spoolDir(home), name);
  // Asked before the note is read: what a process wrote that is gone by then is all there will be.
  const writing = writingTime(name, platform);
  const stats = await statOf(path);
  if (stats === null) return null;
  if (!stats.isFile()) return { name, reason: 'not_a_file' };
  if (stats.size > LARGEST_NOTE) return { name, reason: 'too_large' };
  try {
    const bytes = await readFile(path);
    const note = decodeNote(bytes);
    if (typeof note !== 'string') return { ...note, name, at: stats.mtimeMs };
    const age = Math.abs(platform.now().getTime() - stats.mtimeMs);
    return age < writing ? 'unfinished' : { name, reason: note, place: decodePlace(bytes) };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    if (isSystemError(error, 'EACCES', 'EPERM', 'EIO')) return { name, reason: 'unreadable' };
    throw error;
  }
}

/** How old a note has to be, in milliseconds, to be all that its hook will write. */
function writingTime(name: string, { processStart }: Pick<Platform, 'processStart'>): number {
  const pid = OF_PROCESS.exec(name)?.[1];
  if (pid === undefined) return 0;
  return processStart(Number(pid)) === null ? UNSEEN_MS : WRITING_MS;
}

/** Removes a note that has been captured. */
export async function removeEvent(home: string, name: string): Promise<void> {
  await rm(join(spoolDir(home), name), { force: true, recursive: true });
}

/** Moves a note out of the way and writes its reason beside it, for `git ot status` and `doctor`. */
export async function setAside(home: string, { name, reason }: BadEvent): Promise<void> {
  const aside = join(spoolDir(home), 'aside');
  if (!makeSpool(home, 'aside')) return;
  let free = name;
  for (let n = 2; (await statOf(join(aside, free))) !== null; n += 1) free = `${name}.${n}`;
  await writeFile(join(aside, `${free}.reason`), `${reason}\n`, { mode: 0o600 });
  await rename(join(spoolDir(home), name), join(aside, free)).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
}

/** Notes that were set aside, with their reasons. */
export async function listAside(home: string): Promise<BadEvent[]> {
  const aside = join(spoolDir(home), 'aside');
  const names = await readdir(aside).catch(noFolder);
  const found: BadEvent[] = [];
  for (const name of names.filter((other) => !other.endsWith('.reason')).sort()) {
    const reason = await readFile(join(aside, `${name}.reason`), 'utf8').catch(() => 'unknown');
    found.push({ name, reason: reason.trim().slice(0, 200) });
  }
  return found;
}

async function statOf(path: string): Promise<import('node:fs').Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
}

function noFolder(error: unknown): string[] {
  if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
  throw error;
}
