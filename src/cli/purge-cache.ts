/** What `code-cache.ts` keeps in the user's folder for caches, and its removal. */
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Our folder there. */
export const CACHE_NAME = 'git-ot';
/** File in it that lists the folders above it which we made, one a line, the outermost first. */
export const MADE_FILE = 'made';
const CODE = /^code-v/;

/** Removes the caches below `base`, of all versions, and folders that were made for them; or with `dryRun` tells. */
export async function purgeCodeCache(base: string, dryRun: boolean): Promise<string[]> {
  const folder = join(base, CACHE_NAME);
  const names = await readdir(folder).catch((): string[] => []);
  const ours = names.filter((name) => CODE.test(name) || name === MADE_FILE).sort();
  const paths = ours.map((name) => join(folder, name));
  if (dryRun) return paths;
  const made = await readFile(join(folder, MADE_FILE), 'utf8').catch(() => '');
  for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  const above = made.split('\n').filter((path) => `${folder}/`.startsWith(`${path}/`) && path !== '');
  for (const path of [folder, ...above.reverse()]) await rmdir(path).catch(() => undefined);
  return paths;
}
