/**
 * The look at a session's start: instruction files and names of variables. Files are whatever a folder holds: read
 * bounded, through no link that leads out of its place, and never waited for.
 */
import { realpath } from 'node:fs/promises';
import { isSystemError } from '../../base/errors.ts';
import { hashObject } from '../../git/object-codec.ts';
import type { HashAlgorithm } from '../../git/ports.ts';
import type { InstructionFile, ObservedStart } from '../../record/start.ts';
import { type InstructionPlace, isBelow } from './instruction-places.ts';
import { readSmallFile } from './small-file.ts';

const MOST_FILES = 64;
/** Longest file whose text is kept, and most bytes of all texts of a start. */
const LARGEST_FILE = 128 * 1024;
const LARGEST_START = 512 * 1024;
const MOST_VARIABLES = 1000;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/;

export interface StartOptions {
  readonly algorithm: HashAlgorithm;
  readonly places: readonly InstructionPlace[];
  readonly cwd: string | null;
  /** When the hook told of the start. */
  readonly at: Date;
  readonly now: () => Date;
  /** Names of variables; null when they are not those of this session. */
  readonly environment: readonly string[] | null;
  /** Those of the paths that git ignores. */
  readonly ignored: (paths: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** One start, as a record of its own. Files that are not there are not told. */
export async function lookAtStart(options: StartOptions): Promise<ObservedStart> {
  const { places, at, now, cwd, environment } = options;
  const texts: string[] = [];
  const files: InstructionFile[] = [];
  let room = LARGEST_START;
  for (const place of places) {
    const read = files.length < MOST_FILES ? await readPlace(place, room) : null;
    if (read === null) continue;
    const { text, ...file } = read;
    const kept = text === undefined ? {} : { text: texts.push(text) - 1, ...blobOf(options, text) };
    room -= text === undefined ? 0 : file.bytes;
    files.push({ ...file, ...kept });
  }
  const ignored = await options.ignored(files.map(({ path }) => path));
  const start = {
    at: at.toISOString(),
    read_at: now().toISOString(),
    cwd,
    files: files.map((file) => (ignored.has(file.path) ? { ...file, ignored: true } : file)),
    environment_names: environment === null ? null : namesOf(environment),
  };
  return { starts: [start], texts };
}

function blobOf({ algorithm }: StartOptions, text: string): { blob: string } {
  return { blob: hashObject(algorithm, 'blob', Buffer.from(text, 'utf8')) };
}

function namesOf(environment: readonly string[]): string[] {
  return environment
    .filter((name) => VARIABLE.test(name))
    .sort()
    .slice(0, MOST_VARIABLES);
}

/** A file of the record, with its text. */
interface ReadFile {
  readonly path: string;
  readonly scope: InstructionFile['scope'];
  readonly modified_at: string;
  readonly bytes: number;
  readonly text?: string;
  readonly omitted?: string;
}

/** Null when nothing is there. */
async function readPlace(place: InstructionPlace, room: number): Promise<ReadFile | null> {
  const { path, scope } = place;
  const unknown = { path, scope, modified_at: new Date(0).toISOString(), bytes: 0 };
  try {
    const target = await realpath(path);
    if (!(await staysWithin(target, place))) return { ...unknown, omitted: 'link_outside' };
    const read = await readSmallFile(target, { largest: LARGEST_FILE, room });
    if (read === null) return null;
    const { modified, ...facts } = read;
    return { ...unknown, ...facts, modified_at: modified.toISOString() };
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
    if (isFailedCall(error)) return { ...unknown, omitted: 'unreadable' };
    throw error;
  }
}

/** True for any error that the system gave. */
function isFailedCall(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).errno === 'number';
}

async function staysWithin(target: string, { path, within }: InstructionPlace): Promise<boolean> {
  return target === path || isBelow(target, await realpath(within));
}
