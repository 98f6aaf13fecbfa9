/**
 * The Hugging Face token of this person, where all programs of that ecosystem look for it: `HF_TOKEN`,
 * `HUGGING_FACE_HUB_TOKEN`, then one file: `HF_TOKEN_PATH`, else `$HF_HOME/token`, else
 * `$XDG_CACHE_HOME/huggingface/token`, else `~/.cache/huggingface/token`.
 */
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { makeFolders } from '../base/folders.ts';

export const TOKEN_VARIABLES = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'] as const;
export type HubVariable = (typeof TOKEN_VARIABLES)[number] | 'HF_TOKEN_PATH' | 'HF_HOME' | 'XDG_CACHE_HOME';

export interface HubPlaces {
  /** Undefined when unset or empty. */
  variable(name: HubVariable): string | undefined;
  readonly userHome: string;
}

export interface HubToken {
  readonly token: string;
  /** Name of the variable, or path of the file, that holds it. */
  readonly source: string;
}

const MAX_FILE = 64 * 1024;

/** File that `auth login` writes and everybody reads. */
export function tokenPath(places: HubPlaces): string {
  const { userHome } = places;
  const named = places.variable('HF_TOKEN_PATH');
  if (named !== undefined) return expanded(named, userHome);
  const home = places.variable('HF_HOME');
  if (home !== undefined) return join(expanded(home, userHome), 'token');
  const cache = places.variable('XDG_CACHE_HOME');
  const base = cache === undefined ? join(userHome, '.cache') : expanded(cache, userHome);
  return join(base, 'huggingface', 'token');
}

/** The token that counts, or null. Throws `OT_TOKEN_FORMAT` (exit 2), `OT_TOKEN_UNREADABLE` (exit 3). */
export async function findToken(places: HubPlaces): Promise<HubToken | null> {
  for (const name of TOKEN_VARIABLES) {
    const token = places.variable(name)?.trim() ?? '';
    if (token !== '') return { token: checkedToken(token), source: name };
  }
  const path = tokenPath(places);
  const token = (await readTokenFile(path)).trim();
  return token === '' ? null : { token: checkedToken(token), source: path };
}

/** A token fit for a header line. Throws `OT_TOKEN_FORMAT` (exit 2), quoting nothing of it. */
export function checkedToken(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]{1,512}$/.test(token)) return token;
  throw new OtError(
    'OT_TOKEN_FORMAT',
    'usage',
    'that is no token: it must be one word of printable characters',
  );
}

/** Writes the file anew for its owner alone; a link stays a link. Throws `OT_TOKEN_UNREADABLE` (exit 3). */
export async function writeToken(path: string, token: string, draftName: string): Promise<void> {
  try {
    makeFolders(dirname(path), 0o700);
    const file = await realpath(path).catch(() => path);
    const draft = join(dirname(file), draftName);
    try {
      await writeFile(draft, token, { flag: 'wx', mode: 0o600, flush: true });
      await chmod(draft, 0o600);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw unusable(path, error);
  }
}

/** False when there was no file. */
export async function removeToken(path: string): Promise<boolean> {
  try {
    await rm(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw unusable(path, error);
  }
}

async function readTokenFile(path: string): Promise<string> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > MAX_FILE) throw new TypeError('no token file');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return '';
    throw unusable(path, error);
  }
}

function expanded(path: string, userHome: string): string {
  return resolve(
    userHome,
    path.replace(/^~(?=\/|$)/, () => userHome),
  );
}

function unusable(path: string, cause: unknown): OtError {
  return new OtError('OT_TOKEN_UNREADABLE', 'refused', `the token file ${path} cannot be used`, {
    hint: 'it must be a file that you can read and write',
    cause,
  });
}
