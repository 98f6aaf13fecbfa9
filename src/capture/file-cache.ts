/**
 * Which sessions are in the bucket as they are now, told by the stat of their files alone, as git's index tells
 * it of a work tree: a second capture then reads no session that has not changed. Kept in `$OT_HOME/cache`;
 * derived, deletable at any time, and nothing but time depends on it.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OtError } from '../base/errors.ts';
import { makeFolders } from '../base/folders.ts';
import type { Platform } from '../base/platform.ts';
import type { Oid } from '../git/ports.ts';
import type { WatchedFile } from './session-store.ts';

/** What is looked up: a file, or a session that is read from several. */
export interface CachedPlace {
  readonly key: string;
  /** Every file whose change is one of the place, listed anew at each call; those that are not there count. */
  readonly files: () => readonly WatchedFile[];
}

/** What the capture of a place came to. */
export interface CapturedFile {
  readonly agent: string;
  readonly traceId: string;
  /** Tree of the trace then: an entry says nothing once the trace is another. */
  readonly tree: Oid;
  readonly steps: number;
  readonly limitations: number;
  readonly subagent: boolean;
}

/** Size, times and place of the files in one string; `changed` and `seen` in milliseconds since 1970. */
export interface FileStamp {
  readonly text: string;
  readonly changed: number;
  readonly seen: number;
}

/** An entry as stored; an array, because there are many. Counts: steps, limitations, 1 for a sub-agent. */
type Entry = [key: string, stamp: string, agent: string, traceId: string, tree: Oid, ...counts: number[]];

const FORMAT = 2;
const LIMIT = 50_000;
/** Two changes of a file closer than this may leave the same times: file systems count in up to 2 s. */
const RACY_MS = 2_000;

export class FileCache {
  readonly #folder: string;
  readonly #platform: Platform;
  /** In order of their last use, the oldest first. */
  readonly #entries: Map<string, Entry>;
  #changed = false;

  private constructor(folder: string, platform: Platform, entries: readonly Entry[]) {
    this.#folder = folder;
    this.#platform = platform;
    this.#entries = new Map(entries.map((entry) => [entry[0], entry]));
  }

  /** Never throws: a cache that cannot be read is an empty one. */
  static async open(home: string, platform: Platform): Promise<FileCache> {
    const folder = join(home, 'cache');
    return new FileCache(folder, platform, await readEntries(join(folder, NAME)));
  }

  /** State of a place now; null when nothing is there, or what is there cannot be listed. */
  stamp({ files }: CachedPlace): FileStamp | null {
    const seen = this.#platform.now().getTime();
    try {
      return stampOf(files(), seen);
    } catch (error) {
      if (error instanceof OtError) return null;
      throw error;
    }
  }

  find({ key }: CachedPlace, stamp: FileStamp): CapturedFile | null {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry[1] !== stamp.text) return null;
    const [, , agent, traceId, tree, steps = 0, limitations = 0, subagent] = entry;
    return { agent, traceId, tree, steps, limitations, subagent: subagent === 1 };
  }

  /** Notes a place that was read to its end after `stamp` was taken; one that may yet change unseen is left out. */
  note(place: CachedPlace, stamp: FileStamp, file: CapturedFile): void {
    const { agent, traceId, tree, steps, limitations, subagent } = file;
    const { key } = place;
    const racy = stamp.changed > stamp.seen - RACY_MS;
    if (racy || this.stamp(place)?.text !== stamp.text) return;
    this.#entries.delete(key);
    const counts = [steps, limitations, Number(subagent)];
    this.#entries.set(key, [key, stamp.text, agent, traceId, tree, ...counts]);
    this.#changed = true;
  }

  /** Writes what was noted. A failure is none of the capture's. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const draft = join(this.#folder, `tmp_files_${this.#platform.randomHex(4)}`);
    const entries = [...this.#entries.values()].slice(-LIMIT);
    try {
      makeFolders(this.#folder, 0o700);
      await writeFile(draft, JSON.stringify({ format: FORMAT, entries }), { mode: 0o600 });
      await rename(draft, join(this.#folder, NAME));
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }
}

/** A file that is a session by itself. */
export function filePlace(path: string): CachedPlace {
  return { key: resolve(path), files: () => [{ path }] };
}

/** A session of the store at `path`, by its native id. */
export function storedPlace(path: string, sessionId: string, files: CachedPlace['files']): CachedPlace {
  return { key: `${resolve(path)}\0${sessionId}`, files };
}

export function isFolder(path: string): boolean {
  return statOrNull(path)?.isDirectory() === true;
}

/** What cannot be asked about is for the reader of the file to report. */
function statOrNull(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

const NAME = 'captured-files.json';

/** The stat of one file as it is, of several as a digest: there may be thousands. */
function stampOf(files: readonly WatchedFile[], seen: number): FileStamp | null {
  const texts: string[] = [];
  let changed: number | null = null;
  for (const { path, restless = false } of files) {
    const stats = statOrNull(path);
    texts.push(stats?.isFile() ? textOf(stats, restless) : 'none');
    if (stats?.isFile()) changed = Math.max(changed ?? 0, changeOf(stats, restless));
  }
  if (changed === null) return null;
  if (texts.length === 1) return { text: texts[0]!, changed, seen };
  const hash = createHash('sha256');
  for (const [index, { path }] of files.entries()) hash.update(`${path}\0${texts[index]}\0`);
  return { text: hash.digest('hex'), changed, seen };
}

/** Milliseconds since 1970. */
function changeOf({ mtimeNs, ctimeNs }: BigIntStats, restless: boolean): number {
  return Number((restless || mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
}

function textOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats, restless: boolean): string {
  return [dev, ino, size, mtimeNs, ...(restless ? [] : [ctimeNs])].join(' ');
}

async function readEntries(path: string): Promise<Entry[]> {
  try {
    const stored = JSON.parse(await readFile(path, 'utf8')) as { format?: unknown; entries?: unknown } | null;
    if (stored?.format !== FORMAT || !Array.isArray(stored.entries)) return [];
    return stored.entries.every(isEntry) ? stored.entries : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value) || value.length !== 8) return false;
  return value.every((field, index) => typeof field === (index < 5 ? 'string' : 'number'));
}
