/** What a code repository tells of itself. Everything here only reads, and never reaches a remote. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Oid } from './ports.ts';
import { withoutUsers } from './remote-url.ts';
import type { GitProgram } from './spawn.ts';

export interface CodeRepository {
  /** Top folder of the work tree, or the repository itself when it is bare. */
  readonly topLevel: string;
  /** The repository that all linked work trees share. */
  readonly commonDir: string;
  readonly shallow: boolean;
  /** Null without commits. */
  readonly head: Oid | null;
}

/** Facts about a code repository for a project id (DESIGN §1). */
export interface CodeRepositoryDescription {
  readonly topLevel: string;
  /** Smallest root commit of HEAD; null without commits and for a shallow clone, which hides its roots. */
  readonly rootCommit: Oid | null;
  readonly head: Oid | null;
  /** URL of `origin` without credentials. */
  readonly remote: string | null;
}

/** The repository around a folder; null when there is none, or the folder is gone, or git does not trust its owner. */
export async function findCodeRepository(git: GitProgram, folder: string): Promise<CodeRepository | null> {
  if (!(await isFolder(folder))) return null;
  const ask = ['rev-parse', '--path-format=absolute', '--is-shallow-repository', '--git-common-dir'];
  const [inTree, head] = await Promise.all([
    git.run([...ask, '--show-toplevel'], { cwd: folder, okCodes: [0, 128] }),
    headOf(git, folder),
  ]);
  const answer = inTree.code === 0 ? inTree : await git.run(ask, { cwd: folder, okCodes: [0, 128] });
  const [shallow, commonDir, topLevel] = answer.stdout.toString('utf8').split('\n');
  if (answer.code !== 0 || commonDir === undefined || commonDir === '') return null;
  return {
    topLevel: topLevel || commonDir,
    commonDir,
    shallow: shallow === 'true',
    head,
  };
}

/** Top folder of the work tree around `folder`, or null. */
export async function topLevel(git: GitProgram, folder: string): Promise<string | null> {
  return (await findCodeRepository(git, folder))?.topLevel ?? null;
}

/** Top folders of all work trees of the repository around `folder`; empty when there is none. */
export async function workTrees(git: GitProgram, folder: string): Promise<string[]> {
  const { code, stdout } = await git.run(['worktree', 'list', '--porcelain', '-z'], {
    cwd: folder,
    okCodes: [0, 128],
  });
  if (code !== 0) return [];
  const lines = stdout.toString('utf8').split('\0');
  return lines.flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : []));
}

/** The git folder that all work trees of this repository share, or null. */
export async function commonDir(git: GitProgram, folder: string): Promise<string | null> {
  return (await findCodeRepository(git, folder))?.commonDir ?? null;
}

/** Those of these absolute paths that git ignores, as seen from `folder`; none outside of a repository. */
export async function ignoredPaths(
  git: GitProgram,
  folder: string,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const input = paths.map((path) => `${path}\0`).join('');
  const call = { cwd: folder, input, okCodes: [0, 1, 128] };
  const { code, stdout } = await git.run(['check-ignore', '-z', '--stdin'], call);
  return new Set(code === 0 ? stdout.toString('utf8').split('\0').filter(Boolean) : []);
}

/** True when history was cut off by a shallow clone. */
export async function isShallow(git: GitProgram, gitDir: string): Promise<boolean> {
  return (await git.text(['rev-parse', '--is-shallow-repository'], { gitDir })).trim() === 'true';
}

/** Parentless commits reachable from `rev`, sorted; empty when there is no such commit. */
export async function rootCommits(git: GitProgram, gitDir: string, rev = 'HEAD'): Promise<readonly Oid[]> {
  const args = ['rev-list', '--max-parents=0', '--end-of-options', rev, '--'];
  const { code, stdout } = await git.run(args, { gitDir, okCodes: [0, 128] });
  return code === 0 ? stdout.toString('utf8').split('\n').filter(Boolean).sort() : [];
}

/** Looks at a folder of this machine; null when no repository is around it. */
export async function describeCodeRepository(
  git: GitProgram,
  folder: string,
): Promise<CodeRepositoryDescription | null> {
  const found = await findCodeRepository(git, folder);
  if (found === null) return null;
  const [roots, remote] = await Promise.all([
    found.shallow || found.head === null ? [] : rootCommits(git, found.commonDir, found.head),
    originOf(git, found.commonDir),
  ]);
  return { topLevel: found.topLevel, rootCommit: roots[0] ?? null, head: found.head, remote };
}

/**
 * Commit of a ref that is packed and has not moved since it was; null when it has a file of its own, as a ref gets by
 * moving, or does not exist. `ref` is a full name, `refs/...`.
 */
export async function packedTip(git: GitProgram, folder: string, ref: string): Promise<Oid | null> {
  if (!(await isFolder(folder))) return null;
  const args = ['rev-parse', '--path-format=absolute', '--git-common-dir', `${ref}^{commit}`];
  const { code, stdout } = await git.run(args, { cwd: folder, okCodes: [0, 128] });
  const [shared = '', oid = ''] = stdout.toString('utf8').split('\n');
  if (code !== 0 || oid === '') return null;
  return (await isFile(join(shared, ref))) ? null : oid;
}

async function headOf(git: GitProgram, folder: string): Promise<Oid | null> {
  const args = ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'];
  const { code, stdout } = await git.run(args, { cwd: folder, okCodes: [0, 1, 128] });
  return code === 0 ? stdout.toString('utf8').trim() : null;
}

async function originOf(git: GitProgram, gitDir: string): Promise<string | null> {
  const { code, stdout } = await git.run(['config', '--get', 'remote.origin.url'], {
    gitDir,
    okCodes: [0, 1],
  });
  return code === 0 ? withoutUsers(stdout.toString('utf8').trim()) : null;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
