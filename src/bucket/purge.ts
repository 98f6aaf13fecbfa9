/** Deletes what git-ot keeps in `$OT_HOME`, and nothing that somebody else put there. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { OUR_NAMES } from './home.ts';
import { unreadable, unwritable } from './storage.ts';

/** Names in `$OT_HOME/hooks` that are no texts of ours: what setup notes for itself, and drafts of a killed one. */
const HOOK_NOTES = /^(?:program|repositories|made|\..*\.git-ot-[0-9a-f]{8})$/;
const BUCKET = /^bucket\./;
/** Names of ours that somebody else may use as well. */
const COMMON = /^(?:cache|remotes|tmp_.*)$/;
const LOCK = /^lock\.\d+$/;

/**
 * Paths that a purge of `home` takes, in the order it takes them: the lock last. Empty where there is nothing. Throws
 * `OT_NOT_A_BUCKET` (exit 2) where a name such as `cache` says nothing of whose it is: beside things of somebody else,
 * and no bucket.
 */
export async function purgeList(home: string): Promise<string[]> {
  const names = await namesIn(home);
  const foreign = names.find((name) => !OUR_NAMES.test(name));
  const isDoubtful = names.some((name) => COMMON.test(name)) && !names.some((name) => BUCKET.test(name));
  if (foreign !== undefined && isDoubtful) throw notOurs(home, foreign);
  const ours = names.filter((name) => OUR_NAMES.test(name) && name !== 'hooks').sort();
  const order = [...ours.filter((name) => !LOCK.test(name)), ...ours.filter((name) => LOCK.test(name))];
  return order.map((name) => join(home, name));
}

/**
 * Deletes {@link purgeList} and what setup noted for itself; folders of ours when that leaves them empty. The caller
 * holds the lock.
 */
export async function purgeHome(home: string): Promise<void> {
  const hooks = join(home, 'hooks');
  const notes = (await namesIn(hooks))
    .filter((name) => HOOK_NOTES.test(name))
    .map((name) => join(hooks, name));
  const paths = [...notes, ...(await purgeList(home))];
  try {
    for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw unwritable(home, error);
  }
  for (const folder of [hooks, home]) await rmdir(folder).catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(folder, error);
  }
}

function notOurs(home: string, name: string): OtError {
  return new OtError(
    'OT_NOT_A_BUCKET',
    'usage',
    `${home} holds no bucket, and other things such as '${name}'`,
    {
      hint: 'nothing was deleted: set OT_HOME to the folder that git-ot used',
    },
  );
}
