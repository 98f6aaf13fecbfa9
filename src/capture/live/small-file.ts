/** Reads files that somebody else writes: bounded, through no link, never waited for. */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isSystemError } from '../../base/errors.ts';

export interface SmallFile {
  readonly bytes: number;
  readonly modified: Date;
  /** Absent when `omitted` says why. */
  readonly text?: string;
  readonly omitted?: 'too_large' | 'over_budget' | 'not_a_file' | 'not_text' | 'unreadable';
}

export interface SmallFileLimits {
  /** Most bytes of one file. */
  readonly largest: number;
  /** Bytes that there is still room for. */
  readonly room: number;
}

/** A file whose last part is no link; null when nothing is there. */
export async function readSmallFile(path: string, limits: SmallFileLimits): Promise<SmallFile | null> {
  try {
    // What is a link is refused, and a pipe is not waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await readOpen(file, limits);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    if (isSystemError(error, 'ELOOP', 'ENXIO')) return nothing('not_a_file');
    if (typeof (error as NodeJS.ErrnoException).errno === 'number') return nothing('unreadable');
    throw error;
  }
}

function nothing(omitted: 'not_a_file' | 'unreadable'): SmallFile {
  return { bytes: 0, modified: new Date(0), omitted };
}

async function readOpen(file: FileHandle, { largest, room }: SmallFileLimits): Promise<SmallFile> {
  const stats = await file.stat();
  const facts = { bytes: stats.isFile() ? stats.size : 0, modified: stats.mtime };
  if (!stats.isFile()) return { ...facts, omitted: 'not_a_file' };
  if (stats.size > largest) return { ...facts, omitted: 'too_large' };
  if (stats.size > room) return { ...facts, omitted: 'over_budget' };
  const bytes = await readAll(file, stats.size);
  if (!isUtf8(bytes) || bytes.includes(0)) return { ...facts, omitted: 'not_text' };
  return { ...facts, bytes: bytes.length, text: bytes.toString('utf8') };
}

/** No more than the file held when it was looked at, however it grows. */
async function readAll(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}
