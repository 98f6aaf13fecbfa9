/**
 * Leftovers of killed processes: drafts of our own and of git below `$OT_HOME`. Only under the bucket lock:
 * whoever else may still be at work there is a plain git command, and what it needs is young.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../base/errors.ts';
import type { Platform } from '../base/platform.ts';
import { bucketGitDir } from './home.ts';
import { remotesDir } from './shelves.ts';

const HOUR_MS = 3_600_000;
/** How long a ref lock of a dead process's child may still be in use: its input has ended. */
const DYING_MS = 10_000;
/** Folders of object batches: made under the bucket lock only, so that one that is there is nobody's. */
const BATCH_FOLDER = /^tmp_objdir-incoming-\d+-\d+$/;

/** Removes drafts: those of batches at once, others when they are an hour old. */
export async function sweepDrafts(home: string, platform: Platform): Promise<void> {
  const old = platform.now().getTime() - HOUR_MS;
  const folders = [home, join(home, 'cache'), remotesDir(home)];
  for (const gitDir of await gitDirs(home))
    folders.push(join(gitDir, 'objects'), join(gitDir, 'objects', 'pack'));
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      if (!isDraft(name)) continue;
      const path = join(folder, name);
      if (BATCH_FOLDER.test(name) || (await modified(path)) < old) await remove(path);
    }
  }
}

/** Names that git gives its temporary files, and that we give ours. */
function isDraft(name: string): boolean {
  return name.startsWith('tmp_') || /\.git\.new-\d+$/.test(name);
}

/**
 * Removes the locks of refs and settings that a killed holder of the bucket lock left, waiting out those that one of its
 * children may still need. Without it every later move of such a ref would fail.
 */
export async function sweepRefLocks(home: string, platform: Platform): Promise<void> {
  for (const gitDir of await gitDirs(home)) {
    for (const path of await refLocks(gitDir)) await removeWhenOld(path, platform);
  }
}

async function removeWhenOld(path: string, platform: Platform): Promise<void> {
  for (;;) {
    const age = platform.now().getTime() - (await modified(path));
    if (age >= DYING_MS) return remove(path);
    await platform.sleep(Math.min(250, DYING_MS - Math.max(0, age)));
  }
}

async function refLocks(gitDir: string): Promise<string[]> {
  const found = ['packed-refs.lock', 'packed-refs.new', 'HEAD.lock', 'config.lock'].map((name) =>
    join(gitDir, name),
  );
  const refs = join(gitDir, 'refs');
  const names = await readdir(refs, { recursive: true }).catch(noFolder);
  found.push(...names.filter((name) => name.endsWith('.lock')).map((name) => join(refs, name)));
  const present = await Promise.all(found.map(async (path) => ((await modified(path)) < 0 ? [] : [path])));
  return present.flat();
}

async function gitDirs(home: string): Promise<string[]> {
  const remotes = await namesIn(remotesDir(home));
  const pulled = remotes.filter((name) => name.endsWith('.git')).map((name) => join(remotesDir(home), name));
  return [bucketGitDir(home), ...pulled];
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(noFolder);
}

function noFolder(error: unknown): string[] {
  if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
  throw error;
}

/** Milliseconds since 1970; minus one for what is not there, so that it counts as old. */
async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return -1;
    throw error;
  }
}

/** What cannot be removed stays: a sweep is no reason for a capture to fail. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}
