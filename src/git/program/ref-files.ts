/**
 * Reads refs from git's `files` format without a process: one file per ref, then `packed-refs`. The order is
 * git's own: `pack-refs` renames the packed file into place before it removes a loose one, and a deletion
 * rewrites the packed file first, so loose-then-packed never misses a ref that exists all the time. Reads
 * block: a ref is 41 bytes, and a trip through the thread pool costs ten times its reading.
 */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, OtError } from '../../base/errors.ts';
import { isOid } from '../object-codec.ts';
import type { HashAlgorithm, Oid, Ref } from '../ports.ts';
import { isRefName } from '../ref-name.ts';

/** What a scan found: good refs, and the names of files that hold no object id. */
export interface RefScan {
  readonly refs: readonly Ref[];
  readonly broken: readonly string[];
}

/** Where the refs of a repository are, and how long an id is. */
export interface RefFiles {
  readonly gitDir: string;
  readonly algorithm: HashAlgorithm;
}

/** Value of one ref, null when absent. Throws `OT_REF_CORRUPT` for a file that holds no object id. */
export function readRefFile(files: RefFiles, name: string): Oid | null {
  const text = textOf(join(files.gitDir, name));
  if (text === null) return readPackedRefs(files).get(name) ?? null;
  const oid = text.trimEnd();
  if (!isOid(oid, files.algorithm)) throw brokenRef(name);
  return oid;
}

/** Every ref below `prefix`, sorted by the bytes of its name. */
export function scanRefFiles(files: RefFiles, prefix: string): RefScan {
  const found = new Map<string, Oid>();
  const broken: string[] = [];
  for (const name of looseNames(files.gitDir, prefix)) {
    const text = textOf(join(files.gitDir, name));
    const oid = text?.trimEnd();
    if (oid === undefined) continue;
    if (isOid(oid, files.algorithm)) found.set(name, oid);
    else broken.push(name);
  }
  const hidden = new Set(broken);
  for (const [name, oid] of readPackedRefs(files)) {
    if (name.startsWith(prefix) && !found.has(name) && !hidden.has(name)) found.set(name, oid);
  }
  const refs = [...found].map(([name, oid]) => ({ name, oid }));
  return { refs: refs.sort(byName), broken };
}

/** `OT_REF_CORRUPT`: the ref is there and names nothing. */
export function brokenRef(name: string): OtError {
  return new OtError('OT_REF_CORRUPT', 'corrupt', `ref ${name} does not hold an object id`, {
    hint: 'Run: git ot bucket verify --full',
  });
}

function byName(a: Ref, b: Ref): number {
  return a.name < b.name ? -1 : 1;
}

function looseNames(gitDir: string, prefix: string): string[] {
  const names: string[] = [];
  for (const entry of entriesOf(join(gitDir, prefix))) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) names.push(...looseNames(gitDir, `${name}/`));
    else if (entry.isFile() && isRefName(name)) names.push(name);
  }
  return names;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function readPackedRefs(files: RefFiles): Map<string, Oid> {
  const refs = new Map<string, Oid>();
  const text = textOf(join(files.gitDir, 'packed-refs')) ?? '';
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const oid = line.slice(0, Math.max(space, 0));
    const name = line.slice(space + 1);
    if (isOid(oid, files.algorithm) && isRefName(name)) refs.set(name, oid);
  }
  return refs;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return null;
    throw error;
  }
}
