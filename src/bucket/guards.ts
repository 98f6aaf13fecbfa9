/**
 * What keeps raw evidence in the bucket when a person uses plain git there: a hook that refuses to push it, and
 * settings. A belt: the wall is that raw refs have names which are never pushed. Every writer puts back what is
 * missing, `bucket verify` finds it.
 */
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { OtError } from '../base/errors.ts';
import { makeFolders } from '../base/folders.ts';
import { parseConfig } from '../git/config-text.ts';
import type { Repository } from '../git/ports.ts';
import { LANES_PREFIX, PUSHED_PREFIX } from './layout.ts';

const HOOKS = 'core.hooksPath';

/** Raw refs, hidden from every fetch. */
const HIDDEN = [LANES_PREFIX, PUSHED_PREFIX].map((prefix) => prefix.slice(0, -1));

const PRE_PUSH = `#!/bin/sh
# git-ot: raw evidence never leaves this repository; 'git ot bucket remote push' sends the sealed copy.
while read -r local_ref local_oid remote_ref remote_oid; do
  case "$local_ref $remote_ref" in
    *refs/opentraces/lanes/*|*refs/opentraces/pushed/*)
      echo "git-ot: refusing to push raw evidence ($local_ref)" >&2
      exit 1 ;;
  esac
done
exit 0
`;

/**
 * Settings of the bucket's repository with one value each. The folder of hooks is absolute: git takes a relative
 * one from the current folder as soon as it is told the repository by `--git-dir`.
 */
export function guardSettings(home: string): Readonly<Record<string, string>> {
  return {
    [HOOKS]: join(realpathSync(home), 'bucket.git', 'hooks'),
    // A plain `git push` has nothing to push.
    'push.default': 'nothing',
    'gc.auto': '0',
    'maintenance.auto': 'false',
    'core.logAllRefUpdates': 'false',
  };
}

/** The setting with two values, as text for a config file. */
export const HIDE_RAW = `[transfer]\n${HIDDEN.map((prefix) => `\thideRefs = ${prefix}\n`).join('')}`;

/** Writes the hook into the hooks of a repository. */
export async function writePrePush(gitDir: string): Promise<void> {
  const hooks = join(gitDir, 'hooks');
  const draft = join(hooks, 'tmp_pre-push');
  makeFolders(hooks, 0o700);
  await writeFile(draft, PRE_PUSH, { mode: 0o755 });
  await rename(draft, join(hooks, 'pre-push'));
}

export interface MissingGuard {
  /** Name of a setting, or of a file in the repository. */
  readonly path: string;
  readonly message: string;
}

/**
 * Guards of the bucket at `home` that are missing or changed; writes nothing. A copy whose hooks are still those
 * of the original is guarded by them.
 */
export function missingGuards(home: string): MissingGuard[] {
  const gitDir = join(home, 'bucket.git');
  const names = wrongSettings(home, gitDir)
    .filter(({ name, now }) => name !== HOOKS || now === undefined || !isAbsolute(now) || !hasPrePush(now))
    .map(({ name }) => name);
  if (!hasPrePush(join(gitDir, 'hooks'))) names.push('hooks/pre-push');
  return names.map((path) => ({
    path,
    message: `${path} of the bucket's repository is not as git-ot sets it`,
  }));
}

/**
 * Puts back what {@link missingGuards} finds, the folder of hooks of a home that was moved included. Call under
 * the bucket lock. What cannot be written now is no failure of the caller: the next writer tries again.
 */
export async function restoreGuards(home: string, repository: Repository): Promise<void> {
  const { gitDir } = repository;
  try {
    for (const { name, values } of wrongSettings(home, gitDir)) await repository.configure?.(name, values);
    if (!hasPrePush(join(gitDir, 'hooks'))) await replacePrePush(gitDir);
  } catch (error) {
    if (!(error instanceof OtError || isErrno(error))) throw error;
  }
}

function isErrno(error: unknown): boolean {
  return error instanceof Error && 'errno' in error;
}

async function replacePrePush(gitDir: string): Promise<void> {
  const path = join(gitDir, 'hooks', 'pre-push');
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) await rm(path, { recursive: true });
  await writePrePush(gitDir);
}

interface Wanted {
  readonly name: string;
  /** Value that counts at present. */
  readonly now: string | undefined;
  readonly values: readonly string[];
}

function wrongSettings(home: string, gitDir: string): Wanted[] {
  const entries = parseConfig(readFileSync(join(gitDir, 'config'), 'utf8'));
  const valuesOf = (name: string): string[] =>
    entries.filter((entry) => entry.name === name.toLowerCase()).map(({ value }) => value);
  const wrong: Wanted[] = [];
  for (const [name, value] of Object.entries(guardSettings(home))) {
    const now = valuesOf(name).at(-1);
    if (now !== value) wrong.push({ name, now, values: [value] });
  }
  const hidden = valuesOf('transfer.hideRefs');
  if (!hidesRaw(hidden)) {
    const others = hidden.filter((value) => !HIDDEN.includes(value));
    wrong.push({ name: 'transfer.hideRefs', now: hidden.at(-1), values: [...others, ...HIDDEN] });
  }
  return wrong;
}

/** The last value that matches a ref counts, and one with `!` shows it. */
function hidesRaw(values: readonly string[]): boolean {
  const last = HIDDEN.map((prefix) => values.lastIndexOf(prefix));
  return !last.includes(-1) && !values.slice(Math.min(...last)).some((value) => value.startsWith('!'));
}

function hasPrePush(hooks: string): boolean {
  const path = join(hooks, 'pre-push');
  try {
    const stats = lstatSync(path);
    return stats.isFile() && (stats.mode & 0o100) !== 0 && readFileSync(path, 'utf8') === PRE_PUSH;
  } catch {
    return false;
  }
}
