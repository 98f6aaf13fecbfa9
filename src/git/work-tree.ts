/** What a work tree holds that its HEAD does not. Everything here only reads: no index is refreshed, no lock taken. */
import { OtError } from '../base/errors.ts';
import { gitFailed } from './failure.ts';
import type { Oid } from './ports.ts';
import type { GitProgram } from './spawn.ts';

export interface WorkTreeChanges {
  /** Null without commits. */
  readonly head: Oid | null;
  /** Paths below the top that differ from HEAD or that git does not know, but none that it ignores; sorted. */
  readonly paths: readonly string[];
}

/** Paths given to one command. */
const PATHS_AT_ONCE = 200;
/** Neither a monitor nor the user's settings have a say. */
const PLAIN = ['core.fsmonitor=false', 'status.relativePaths=false', 'core.quotePath=false'];
const READ_ONLY = { GIT_OPTIONAL_LOCKS: '0', GIT_LITERAL_PATHSPECS: '1' };

/** Why nothing can be told of a work tree. */
export type NoChanges = 'too_slow' | 'unreadable';

/** What differs, unless git takes longer than `limitMs` or cannot tell. */
export async function changedPaths(
  git: GitProgram,
  top: string,
  limitMs: number,
): Promise<WorkTreeChanges | NoChanges> {
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all'];
  const quiet = ['--no-renames', '--ignore-submodules=all'];
  try {
    const status = await git.text([...args, ...quiet], { cwd: top, config: PLAIN, env: READ_ONLY, limitMs });
    return parseStatus(status);
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    return error.code === 'OT_GIT_TOO_SLOW' ? 'too_slow' : 'unreadable';
  }
}

/** Reads `git status --porcelain=v2 --branch -z` without renames. */
export function parseStatus(output: string): WorkTreeChanges {
  let head: Oid | null = null;
  const paths = new Set<string>();
  for (const entry of output.split('\0')) {
    if (entry.startsWith('# branch.oid ')) head = /^[0-9a-f]{40,64}$/.exec(entry.slice(13))?.[0] ?? null;
    else if (entry.startsWith('? ')) paths.add(entry.slice(2));
    // `1 XY sub mH mI mW hH hI path`, and of a conflict `u XY sub m1 m2 m3 mW h1 h2 h3 path`.
    else if (/^1 .. N/.test(entry)) paths.add(behind(entry, 8));
    else if (/^u .. N/.test(entry)) paths.add(behind(entry, 10));
  }
  return { head, paths: [...paths].sort() };
}

/** Paths in which two commits differ; empty when one of them is not here. */
export async function pathsBetween(git: GitProgram, top: string, from: Oid, to: Oid): Promise<string[]> {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '--no-renames',
    '--ignore-submodules=all',
    from,
    to,
    '--',
  ];
  const { code, stdout } = await git.run(args, { cwd: top, config: PLAIN, okCodes: [0, 128] });
  return code === 0 ? stdout.toString('utf8').split('\0').filter(Boolean) : [];
}

export interface CommittedFile {
  readonly blob: Oid;
  readonly bytes: number;
}

/**
 * Regular files of a commit, by path; those that it does not have are left out. Throws `OT_GIT_FAILED` when git cannot
 * tell them all, as of a partial clone that lacks one: what is left out would count as not there.
 */
export async function filesAt(
  git: GitProgram,
  top: string,
  commit: Oid,
  paths: readonly string[],
): Promise<Map<string, CommittedFile>> {
  const found = new Map<string, CommittedFile>();
  for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
    const args = ['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--'];
    const { stdout } = await git.run([...args, ...paths.slice(at, at + PATHS_AT_ONCE)], {
      cwd: top,
      env: READ_ONLY,
    });
    for (const entry of stdout.toString('utf8').split('\0')) {
      if (/^100\d{3} blob [0-9a-f]+ +BAD\t/.test(entry)) throw gitFailed('ls-tree', '', 'a blob is missing');
      const match = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(entry);
      if (match !== null) found.set(match[3]!, { blob: match[1]!, bytes: Number(match[2]) });
    }
  }
  return found;
}

/** The rest behind that many words. */
function behind(entry: string, words: number): string {
  let at = 0;
  for (let word = 0; word < words; word += 1) at = entry.indexOf(' ', at) + 1;
  return entry.slice(at);
}
