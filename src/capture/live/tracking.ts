/**
 * Whose sessions are captured: all by default (`opentraces.tracking=global`), or only those of enrolled
 * repositories (`manual`). A repository answers for itself: `opentraces.enabled` in its git config, else the
 * committed marker `.opentraces.json` with `"excluded": true`. For all others `opentraces.enabled` of the person
 * counts before `opentraces.tracking`.
 */

import { readdirSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import { isSystemError, OtError } from '../../base/errors.ts';
import { makeFolders } from '../../base/folders.ts';
import { unwritable } from '../../bucket/storage.ts';
import { topLevel } from '../../git/code-repository.ts';
import type { GitProgram } from '../../git/spawn.ts';

export const MARKER_FILE = '.opentraces.json';

/** The committed marker of a repository; keys of later versions pass. */
const SharedMarker = z.looseObject({ excluded: z.optional(z.boolean()) });

export type Tracking = 'global' | 'manual';

/** Answers {@link isTracked} once per folder, and once per repository. */
export function trackingOf(git: GitProgram): (cwd: string | null) => Promise<boolean> {
  const tops = new Map<string | null, Promise<string | null>>();
  const answers = new Map<string | null, Promise<boolean>>();
  return async (cwd) => {
    const top = await once(tops, cwd, () => topOf(git, cwd));
    return once(answers, top, () => isTopTracked(git, top));
  };
}

function once<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}

/** Whether sessions that ran in `cwd` are captured by hooks. A folder that is gone counts as any folder. */
export async function isTracked(git: GitProgram, cwd: string | null): Promise<boolean> {
  return isTopTracked(git, await topOf(git, cwd));
}

async function topOf(git: GitProgram, cwd: string | null): Promise<string | null> {
  return cwd === null || !isAbsolute(cwd) ? null : topLevel(git, cwd);
}

async function isTopTracked(git: GitProgram, top: string | null): Promise<boolean> {
  const enabled =
    top === null ? null : await setting(git, top, ['--local', '--type=bool'], 'opentraces.enabled');
  if (enabled !== null) return enabled === 'true';
  const marker = top === null ? null : await readMarker(top);
  if (marker !== null) return marker.excluded !== true;
  const everywhere = await setting(git, top, ['--type=bool'], 'opentraces.enabled');
  if (everywhere !== null) return everywhere === 'true';
  return (await setting(git, top, [], 'opentraces.tracking')) !== 'manual';
}

/** The marker at the top of a work tree; null when there is none, or none that can be read. */
export async function readMarker(top: string): Promise<{ readonly excluded?: boolean | undefined } | null> {
  try {
    const parsed = SharedMarker.safeParse(JSON.parse(await readFile(join(top, MARKER_FILE), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function setting(
  git: GitProgram,
  folder: string | null,
  how: readonly string[],
  name: string,
): Promise<string | null> {
  const args = ['config', ...how, '--get', name];
  // Outside of every repository: what the current folder says is no answer for another.
  const call = { okCodes: [0, 1, 128], cwd: folder ?? '/' };
  const { code, stdout } = await git.run(args, call);
  return code === 0 ? stdout.toString('utf8').trim() : null;
}

const MARKS = 'do-not-save';
const SESSION_ID = /^[\w.-]{1,200}$/;

/** Names of sessions that shall not be captured, as `pause --session` left them. */
export function markedSessions(home: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(join(home, MARKS)));
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return new Set();
    throw error;
  }
}

/** Adds or removes the do-not-save mark of one session. Throws `OT_SESSION_ID` (exit 2) on what is no id. */
export async function markSession(home: string, sessionId: string, marked: boolean): Promise<void> {
  if (!SESSION_ID.test(sessionId) || /^\.+$/.test(sessionId)) {
    throw new OtError('OT_SESSION_ID', 'usage', 'that is not the id of a session', {
      hint: 'use the id the agent shows, such as the name of its log without .jsonl',
    });
  }
  try {
    makeFolders(join(home, MARKS), 0o700);
    if (marked) await writeFile(join(home, MARKS, sessionId), '', { mode: 0o600 });
    else await rm(join(home, MARKS, sessionId), { force: true });
  } catch (error) {
    throw unwritable(home, error);
  }
}

/** Whether all capture by hooks is paused: the scripts look for the file `paused`. */
export async function isPaused(home: string): Promise<boolean> {
  const names = await readdir(home).catch((): string[] => []);
  return names.includes('paused');
}

/** Pauses or resumes capture by hooks on this machine. */
export async function setPaused(home: string, paused: boolean): Promise<void> {
  try {
    makeFolders(home, 0o700);
    if (paused) await writeFile(join(home, 'paused'), '', { mode: 0o600 });
    else await rm(join(home, 'paused'), { force: true });
  } catch (error) {
    throw unwritable(home, error);
  }
}
