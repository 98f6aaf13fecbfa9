/** Bytes of git objects: headers, ids, trees and commits. Pure; the formats are those of `git help gitformat-*`. */
import { createHash } from 'node:crypto';
import { OtError } from '../base/errors.ts';
import type { FileMode, HashAlgorithm, ObjectType, Oid, TreeEntry } from './ports.ts';

/** Author or committer of a commit. */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** Seconds since the epoch. */
  readonly seconds: number;
  /** As git writes it: `+0000`, `-0730`. */
  readonly timezone: string;
}

export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

/** Digits of an object id in hex: 40 or 64. */
export function oidLength(algorithm: HashAlgorithm): 40 | 64 {
  return algorithm === 'sha1' ? 40 : 64;
}

/** True for a full lower-case object id of this algorithm. */
export function isOid(value: string, algorithm: HashAlgorithm): boolean {
  return value.length === oidLength(algorithm) && /^[0-9a-f]+$/.test(value);
}

/** Throws `OT_OBJECT_ID` unless `value` is a full object id of this algorithm. */
export function assertOid(value: string, algorithm: HashAlgorithm): void {
  if (isOid(value, algorithm)) return;
  throw new OtError('OT_OBJECT_ID', 'usage', `not a full ${algorithm} object id`);
}

/** The id that stands for "no object" in git's own protocols. */
export function nullOid(algorithm: HashAlgorithm): Oid {
  return '0'.repeat(oidLength(algorithm));
}

/** `<type> <size>\0`: what git hashes and stores before the content. */
export function objectHeader(type: ObjectType, size: number): Buffer {
  return Buffer.from(`${type} ${size}\0`, 'latin1');
}

/** Object id of a content under this type. */
export function hashObject(algorithm: HashAlgorithm, type: ObjectType, data: Buffer): Oid {
  return createHash(algorithm).update(objectHeader(type, data.length)).update(data).digest('hex');
}

const MODES: ReadonlySet<string> = new Set<FileMode>(['100644', '100755', '120000', '40000', '160000']);

/** Throws `OT_TREE_NAME` for a name that git must not store: a path, empty, `.`, `..`, or any case of `.git`. */
export function assertTreeName(name: string): void {
  const forbidden = name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git';
  if (forbidden || /[/\0]/.test(name)) {
    throw new OtError('OT_TREE_NAME', 'usage', `${JSON.stringify(name)} cannot be a name in a tree`);
  }
}

/** Throws `OT_TREE_PATH` for a path that git would read as something else; `''` is the root. */
export function assertTreePath(path: string): void {
  if (path === '') return;
  const strange = path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (!strange && !/[\n\0]/.test(path)) return;
  throw new OtError('OT_TREE_PATH', 'usage', `${JSON.stringify(path)} is no path inside a tree`);
}

/**
 * Content of a tree object, in git's order: by bytes, a directory as if its name ended in `/`. The order of
 * `entries` does not matter. Throws `OT_TREE_NAME` on a forbidden or repeated name, `OT_OBJECT_ID` on an id of
 * another algorithm.
 */
export function encodeTree(algorithm: HashAlgorithm, entries: readonly TreeEntry[]): Buffer {
  const keyed = entries.map((entry) => {
    assertTreeName(entry.name);
    assertOid(entry.oid, algorithm);
    return { entry, key: Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name, 'utf8') };
  });
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  assertDistinct(entries);
  return Buffer.concat(
    keyed.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`, 'utf8'),
      Buffer.from(entry.oid, 'hex'),
    ]),
  );
}

function assertDistinct(entries: readonly TreeEntry[]): void {
  const names = new Set(entries.map((entry) => entry.name));
  if (names.size === entries.length) return;
  throw new OtError('OT_TREE_NAME', 'usage', 'a tree cannot hold the same name twice');
}

/** Entries of a tree object in stored order; throws `OT_OBJECT_CORRUPT` when the bytes are no tree. */
export function decodeTree(algorithm: HashAlgorithm, data: Buffer): TreeEntry[] {
  const width = oidLength(algorithm) / 2;
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const nul = space < 0 ? -1 : data.indexOf(0, space);
    if (nul < 0 || nul + 1 + width > data.length) throw corrupt('a tree entry is cut off');
    entries.push({
      mode: decodeMode(data.toString('latin1', at, space)),
      name: decodeName(data.toString('utf8', space + 1, nul)),
      oid: data.toString('hex', nul + 1, nul + 1 + width),
    });
    at = nul + 1 + width;
  }
  return entries;
}

/** Old repositories hold group-writable and zero-padded modes; git reads them as the nearest of the five. */
function decodeMode(text: string): FileMode {
  if (MODES.has(text)) return text as FileMode;
  const mode = /^[0-7]{5,6}$/.test(text) ? Number.parseInt(text, 8) : 0;
  const kind = mode & 0o170000;
  if (kind === 0o100000) return (mode & 0o100) === 0 ? '100644' : '100755';
  if (kind === 0o040000) return '40000';
  throw corrupt('a tree entry has an unknown mode');
}

function decodeName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw corrupt('a tree entry has a forbidden name');
  }
  return name;
}

/** Content of a commit object. The message gets its closing newline; names lose what the format cannot hold. */
export function encodeCommit(commit: Commit): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${encodePerson(commit.author)}`,
    `committer ${encodePerson(commit.committer)}`,
    '',
    commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`,
  ];
  return Buffer.from(lines.join('\n'), 'utf8');
}

function encodePerson(person: Person): string {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, '').trim();
  return `${clean(person.name)} <${clean(person.email)}> ${Math.floor(person.seconds)} ${encodeZone(person.timezone)}`;
}

function encodeZone(timezone: string): string {
  if (/^[+-]\d{4}$/.test(timezone)) return timezone;
  throw new OtError('OT_TIMEZONE', 'usage', 'a time zone is written as +hhmm or -hhmm');
}

/** Reads a commit; headers other than the five known ones are skipped. Throws `OT_OBJECT_CORRUPT`. */
export function decodeCommit(data: Buffer): Commit {
  const text = data.toString('utf8');
  const split = text.indexOf('\n\n');
  const lines = (split < 0 ? text : text.slice(0, split)).split('\n');
  const header = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    tree: decodeId(header('tree')[0]),
    parents: header('parent').map(decodeId),
    author: decodePerson(header('author')[0]),
    committer: decodePerson(header('committer')[0]),
    message: split < 0 ? '' : text.slice(split + 2),
  };
}

function decodeId(text: string | undefined): Oid {
  if (text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
  throw corrupt('a commit names no valid object id');
}

function decodePerson(text: string | undefined): Person {
  const match = /^([^<]*)<([^>]*)> (-?\d{1,15}) ([+-]\d{4})$/.exec(text ?? '');
  if (match === null) throw corrupt('a commit has no valid author or committer line');
  return { name: match[1]!.trim(), email: match[2]!, seconds: Number(match[3]), timezone: match[4]! };
}

function corrupt(message: string): OtError {
  return new OtError('OT_OBJECT_CORRUPT', 'corrupt', message, { hint: 'Run: git ot bucket verify --full' });
}
