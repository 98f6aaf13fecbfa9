/** The code repository that lines are attributed in. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OtError } from '../base/errors.ts';
import { projectIdOfPath, projectIdOfRoot } from '../base/ids.ts';
import { findCodeRepository, rootCommits } from '../git/code-repository.ts';
import type { ObjectReader, Oid } from '../git/ports.ts';
import type { GitProgram } from '../git/spawn.ts';

export interface TrailRepository {
  readonly git: GitProgram;
  /** The git folder that all its work trees share. */
  readonly gitDir: string;
  /** Top folder of the work tree around the current folder. */
  readonly topLevel: string;
  /** Top folders of all its work trees, as git and as the file system spell them. */
  readonly roots: readonly string[];
  /** Ids under which sessions of it may be known; the first names it. */
  readonly projects: readonly string[];
  readonly shallow: boolean;
  /** Contents were left out when it was cloned, and nothing here fetches them. */
  readonly partial: boolean;
  readonly head: Oid | null;
  readonly objects: ObjectReader;
}

export interface OpenRepository {
  readonly git: GitProgram;
  readonly folder: string;
  readonly open: (gitDir: string) => Promise<{ readonly objects: ObjectReader }>;
  /** Commits without parents that HEAD descends from, sorted. */
  readonly rootsOf?: (gitDir: string, head: Oid) => Promise<readonly Oid[]>;
}

/** Opens the repository around a folder. Throws `OT_NOT_A_REPOSITORY` (exit 2). */
export async function openTrailRepository({
  git,
  folder,
  open,
  rootsOf,
}: OpenRepository): Promise<TrailRepository> {
  const found = await findCodeRepository(git, folder);
  if (found === null) {
    throw new OtError('OT_NOT_A_REPOSITORY', 'usage', 'the current folder is in no git repository', {
      hint: 'run the command inside the repository whose lines you ask about',
    });
  }
  const { commonDir: gitDir, topLevel, shallow, head } = found;
  const findRoots = rootsOf ?? ((dir: string, commit: Oid) => rootCommits(git, dir, commit));
  const [listed, partial, roots, opened] = await Promise.all([
    workTrees(gitDir),
    isPartial(gitDir),
    head === null || shallow ? [] : findRoots(gitDir, head),
    open(gitDir),
  ]);
  const folders = [...new Set([topLevel, ...listed])];
  const spelled = await Promise.all(folders.map((each) => realpath(each).catch(() => each)));
  const all = [...new Set([...folders, ...spelled])].sort();
  const projects = [...roots.map(projectIdOfRoot), ...all.map(projectIdOfPath)];
  return { git, gitDir, topLevel, roots: all, projects, shallow, partial, head, objects: opened.objects };
}

/** As git keeps them: the main one around the git folder, and a file that leads to each of the others. */
async function workTrees(gitDir: string): Promise<string[]> {
  const main = basename(gitDir) === '.git' ? [dirname(gitDir)] : [];
  const folder = join(gitDir, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map((name) => readFile(join(folder, name, 'gitdir'), 'utf8').catch(() => null)),
  );
  return [...main, ...files.flatMap((file) => (file === null ? [] : [dirname(file.trimEnd())]))];
}

/** git marks packs of which a remote promises to have what they lack. */
async function isPartial(gitDir: string): Promise<boolean> {
  const packs = await readdir(join(gitDir, 'objects', 'pack')).catch(() => []);
  return packs.some((name) => name.endsWith('.promisor'));
}

/** Why answers about this repository may be incomplete. */
export function limitationsOf({ shallow, partial }: TrailRepository): string[] {
  return [...(shallow ? ['shallow_history'] : []), ...(partial ? ['partial_clone'] : [])];
}

/** Something that git or we need of the code repository is not there. */
export function objectMissing({ partial }: TrailRepository, cause?: unknown): OtError {
  const message = 'the code repository lacks an object that its history names';
  const hint = partial
    ? 'the clone is a partial one: let git fetch what it left out (git log -p -- FILE), then run: git ot trail sync --all'
    : 'run git fsck in the code repository, and fetch again what it names';
  return new OtError('OT_OBJECT_MISSING', 'corrupt', message, { hint, cause });
}

/** Work on the history: what git says of missing objects becomes {@link objectMissing}. */
export async function onHistory<T>(repository: TrailRepository, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isMissing =
      error instanceof OtError &&
      (error.code === 'OT_REPOSITORY_DAMAGED' ||
        /could not fetch|revision walk setup failed|bad object/.test(error.message));
    throw isMissing ? objectMissing(repository, error) : error;
  }
}

/** Commit that a revision names. Throws `OT_COMMIT_NOT_FOUND` (exit 6). */
export async function commitNamed({ git, topLevel }: TrailRepository, revision: string): Promise<Oid> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { code, stdout } = await git.run(args, { cwd: topLevel, okCodes: [0, 1, 128] });
  const named = stdout.toString('utf8').trim();
  // `^REVISION` is no commit, though git takes it.
  if (code === 0 && /^[0-9a-f]+$/.test(named)) return named;
  throw new OtError('OT_COMMIT_NOT_FOUND', 'not_found', 'the repository has no such commit', {
    hint: 'give a commit, a branch or a tag of this repository',
  });
}

/** Blob at a path of a commit; null for none. */
export async function blobAt(objects: ObjectReader, commit: Oid | null, path: string): Promise<Oid | null> {
  if (commit === null) return null;
  if (path.includes('\n')) return blobBelow(objects, commit, path.split('/'));
  const info = await objects.resolve(commit, path);
  return info?.type === 'blob' ? info.oid : null;
}

/** Whether a commit names a file there of which the repository lacks the content. */
export async function lacksBlob(
  { objects, head }: TrailRepository,
  commit: Oid | null,
  path: string,
): Promise<boolean> {
  const root = commit ?? head;
  const blob = root === null ? null : await blobBelow(objects, root, path.split('/'));
  return blob !== null && (await objects.info(blob)) === null;
}

/** Goes down the trees: git cannot be asked by name for a path with a line end. */
async function blobBelow(objects: ObjectReader, root: Oid, names: readonly string[]): Promise<Oid | null> {
  let tree = root;
  for (const [depth, name] of names.entries()) {
    const entry = (await objects.readTree(tree)).find((each) => each.name === name);
    if (entry === undefined) return null;
    if (depth === names.length - 1) return entry.mode.startsWith('100') ? entry.oid : null;
    if (entry.mode !== '40000') return null;
    tree = entry.oid;
  }
  return null;
}
