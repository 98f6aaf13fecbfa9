/**
 * `$OT_HOME/spool`: what hooks noted and nobody has captured yet. `event-*` are whole notes, renamed into
 * place or written at once by `hooks/spool`; `tmp-*` are drafts of it; `aside/` holds notes that could not be
 * used, each with its reason; `drain` names the process that is at work.
 */
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';
import { makeFolders } from '../../base/folders.ts';
import { decodeNote, type SpoolNote } from './note.ts';

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
}

/** How old a draft is when its hook has been killed: none takes a minute to write a few lines. */
const DEAD_DRAFT_MS = 60_000;
/** Largest note that is read; hooks are registered for events whose payload is small. */
const LARGEST_NOTE = 64 * 1024 * 1024;
const WHOLE = /^event-[\w-]{1,80}$/;
const DRAFT = /^tmp-[\w-]{1,80}$/;

export function spoolDir(home: string): string {
  return join(home, 'spool');
}

/** Names of the waiting notes, and of drafts whose hook is gone by `now`. Empty without a spool. */
export async function listSpool(home: string, now: number): Promise<string[]> {
  const names = await readdir(spoolDir(home)).catch(noFolder);
  const found: string[] = [];
  for (const name of names.filter((other) => WHOLE.test(other) || DRAFT.test(other))) {
    const stats = await statOf(join(spoolDir(home), name));
    if (stats === null) continue;
    // A note without payload is made under its own name, and is empty until its one write.
    const unfinished = DRAFT.test(name) || stats.size === 0;
    if (!unfinished || now - stats.mtimeMs > DEAD_DRAFT_MS) found.push(name);
  }
  return found.sort();
}

/** Reads one note; null when somebody else has taken it. */
export async function readEvent(home: string, name: string): Promise<SpoolEvent | BadEvent | null> {
  const path = join(spoolDir(home), name);
  const stats = await statOf(path);
  if (stats === null) return null;
  if (!stats.isFile()) return { name, reason: 'not_a_file' };
  if (stats.size > LARGEST_NOTE) return { name, reason: 'too_large' };
  try {
    const note = decodeNote(await readFile(path));
    return typeof note === 'string' ? { name, reason: note } : { ...note, name, at: stats.mtimeMs };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    if (isSystemError(error, 'EACCES', 'EPERM', 'EIO')) return { name, reason: 'unreadable' };
    throw error;
  }
}

/** Removes a note that has been captured. */
export async function removeEvent(home: string, name: string): Promise<void> {
  await rm(join(spoolDir(home), name), { force: true, recursive: true });
}

/** Moves a note out of the way and writes its reason beside it, for `git ot status` and `doctor`. */
export async function setAside(home: string, { name, reason }: BadEvent): Promise<void> {
  const aside = join(spoolDir(home), 'aside');
  makeFolders(aside, 0o700);
  await writeFile(join(aside, `${name}.reason`), `${reason}\n`, { mode: 0o600 });
  await rename(join(spoolDir(home), name), join(aside, name)).catch((error: unknown) => {
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
    return await stat(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
}

function noFolder(error: unknown): string[] {
  if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
  throw error;
}
