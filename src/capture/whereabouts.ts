/** Where sessions ran, told by the first bytes of their logs: enough to leave one unread. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { unpackHead } from './shared/zstd.ts';
import { isZstd } from './shared/zstd-frames.ts';

export interface Whereabouts {
  /** First folder the session names; null when its beginning names none. */
  readonly cwd: string | null;
  /** SHA-256 of the folder, in hex, where that is all an agent tells; else null. */
  readonly folderHash: string | null;
}

/** Names of the member that holds the folder, as the agents write them; the first that is found counts. */
const FOLDER_KEYS = ['"cwd"', '"directory"'];
const LONGEST = 4096;

/** `head`: the first bytes of a log, packed or not. */
export function whereaboutsIn(head: Buffer): Whereabouts {
  const text = (isZstd(head) ? unpackHead(head).bytes : head).toString('latin1');
  const named = FOLDER_KEYS.map((key) => stringAfter(text, key)).find((value) => value !== null);
  const hash = stringAfter(text, '"projectHash"');
  return {
    cwd: named ?? taggedFolder(text),
    folderHash: hash !== null && /^[0-9a-f]{64}$/.test(hash) ? hash : null,
  };
}

/** JSON text behind the first `key` that is a member's name; one that is text has its quotes escaped. */
function stringAfter(text: string, key: string): string | null {
  let at = text.indexOf(key);
  while (at >= 0) {
    const opening = /^\s{0,8}:\s{0,8}"/.exec(text.slice(at + key.length, at + key.length + 20));
    if (opening !== null) return jsonString(text, at + key.length + opening[0].length);
    at = text.indexOf(key, at + key.length);
  }
  return null;
}

/** The string that begins at `start`, behind its quote; null when it is cut, empty, or too long. */
function jsonString(text: string, start: number): string | null {
  let end = start;
  while (end < text.length && end - start < LONGEST && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  if (text[end] !== '"' || end === start) return null;
  try {
    return JSON.parse(`"${Buffer.from(text.slice(start, end), 'latin1').toString('utf8')}"`) as string;
  } catch {
    return null;
  }
}

/** Folder in an `<environment_context>`, which is text inside JSON. */
function taggedFolder(text: string): string | null {
  const start = text.indexOf('<cwd>');
  const end = start < 0 ? -1 : text.indexOf('</cwd>', start);
  if (end < 0 || end - start > LONGEST) return null;
  return jsonString(`${text.slice(start + '<cwd>'.length, end)}"`, 0);
}

/** True for sessions that ran in one of these folders, or below it. */
export function ranWithin(roots: readonly string[]): (place: Whereabouts) => boolean {
  const hashes = new Set(roots.map((root) => createHash('sha256').update(root).digest('hex')));
  return ({ cwd, folderHash }) => {
    if (cwd === null) return folderHash !== null && hashes.has(folderHash);
    return roots.some((root) => isBelow(cwd, root) || isBelow(realPath(cwd), root));
  };
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return isAbsolute(path) && way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** A folder that is gone keeps its name. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
