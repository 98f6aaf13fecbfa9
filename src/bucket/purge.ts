/** Deletes what git-ot keeps in `$OT_HOME`, and nothing that somebody else put there. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../base/errors.ts';
import { OUR_NAMES } from './home.ts';
import { unwritable } from './storage.ts';

/** Paths that went, or with `dryRun` would go; the folder itself goes when that leaves it empty. */
export async function purgeHome(home: string, dryRun: boolean): Promise<string[]> {
  try {
    const names = (await readdir(home)).filter((name) => OUR_NAMES.test(name)).sort();
    const paths = names.map((name) => join(home, name));
    if (dryRun) return paths;
    for (const path of paths) await rm(path, { recursive: true, force: true });
    await rmdir(home).catch(() => undefined);
    return paths;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unwritable(home, error);
  }
}
