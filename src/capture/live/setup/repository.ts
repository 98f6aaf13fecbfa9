/** The hooks of one code repository: work trees, submodules and bare repositories, wherever its hooks lie. */
import { lstat, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { OtError } from '../../../base/errors.ts';
import type { Platform } from '../../../base/platform.ts';
import { findCodeRepository } from '../../../git/code-repository.ts';
import type { GitProgram } from '../../../git/spawn.ts';
import { applyChanges, type FileChange, readOptional, realFile } from './change.ts';
import { callsOurs, type HookTemplate, hasBlock, withBlock, withoutBlock } from './git-hooks.ts';
import { hooksDir, type Places, planScripts } from './places.ts';
import { isShippedText, shippedText } from './shipped.ts';

/** What {@link FileChange.record} names hooks of repositories. */
export const GIT_HOOKS = 'git';
const HOOKS = ['post-commit', 'post-rewrite', 'post-merge', 'pre-push'];

export interface RepositoryHooks {
  /** Folder in which git looks for the hooks of this repository. */
  readonly folder: string;
  /** Top of the work tree, or the repository itself when it is bare. */
  readonly top: string;
}

/** Hooks of the repository around `folder`. Throws `OT_NOT_A_REPOSITORY` (exit 2) when there is none. */
export async function repositoryHooks(git: GitProgram, folder: string): Promise<RepositoryHooks> {
  const found = await findCodeRepository(git, folder);
  if (found === null) {
    throw new OtError('OT_NOT_A_REPOSITORY', 'usage', `${folder} is in no git repository`, {
      hint: 'run the command in a repository',
    });
  }
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'hooks'];
  const text = await git.text(args, { cwd: found.topLevel });
  return { folder: text.replace(/\n$/, ''), top: found.topLevel };
}

export interface RepositoryPlan {
  readonly changes: FileChange[];
  /** Why hooks are left alone, one for each; the others are planned all the same. */
  readonly left: readonly OtError[];
}

/**
 * Plans our blocks in the repository's hooks. A hook is left alone (`OT_HOOKS_TRACKED`) when it lies in the work tree
 * and is not ignored there, since nothing of ours may be committed by accident; and when it is no shell script, not
 * executable, or somebody edited our block. Nothing is planned where that is so of all. Throws `OT_FILE_FOREIGN`.
 */
export async function planRepository(
  git: GitProgram,
  hooks: RepositoryHooks,
  places: Places,
  remove: boolean,
): Promise<RepositoryPlan> {
  const changes = remove ? [] : await planScripts(places, false);
  const left: OtError[] = [];
  for (const template of hookTemplates(places)) {
    try {
      const path = await realFile(join(hooks.folder, template.name));
      const change = await planHook(template, path, places, remove);
      if (!remove) await assertOutside(git, hooks.top, path, change);
      changes.push(change);
    } catch (error) {
      if (!(error instanceof OtError) || error.kind !== 'refused') throw error;
      left.push(error);
    }
  }
  return { changes: left.length === HOOKS.length ? [] : changes, left };
}

/** One error for hooks that were left alone: the one of the only one, with its code. */
export function leftAlone(left: readonly OtError[]): OtError {
  const [first] = left;
  if (left.length === 1) return first!;
  return new OtError(first!.code, 'refused', `${left.length} hooks were left alone: ${first!.message}`, {
    hint: left.map(({ message, hint }) => `${message}; ${hint ?? ''}`).join('\n'),
  });
}

/** Which of our blocks are in place. */
export async function repositoryState(
  hooks: RepositoryHooks,
  places: Places,
): Promise<ReadonlyArray<{ readonly hook: string; readonly installed: boolean }>> {
  const found: Array<{ hook: string; installed: boolean }> = [];
  for (const template of hookTemplates(places)) {
    const text = (await readOptional(join(hooks.folder, template.name)))?.toString('utf8') ?? '';
    const place = hooksDir(places);
    const installed = hasBlock(template, text, place) || callsOurs(template, text, place);
    found.push({ hook: template.name, installed });
  }
  return found;
}

function hookTemplates({ shipped }: Places): HookTemplate[] {
  return HOOKS.map((name) => {
    const file = `git/${name}`;
    return {
      name,
      block: shippedText(shipped, file),
      isOurs: (block) => isShippedText(shipped, file, block),
    };
  });
}

async function planHook(
  template: HookTemplate,
  path: string,
  places: Places,
  remove: boolean,
): Promise<FileChange> {
  const before = await readOptional(path);
  // Byte by byte, so that a hook in any encoding comes back as it was.
  const text = before?.toString('latin1') ?? null;
  const place = Buffer.from(hooksDir(places)).toString('latin1');
  if (!remove && before !== null && !(await isExecutable(path))) throw disabled(path);
  const after = remove
    ? text === null
      ? null
      : withoutBlock(template, path, text)
    : withBlock(template, path, text, place);
  const bytes = after === null ? null : Buffer.from(after, 'latin1');
  return { path, before, after: bytes, mode: 0o755, record: { what: GIT_HOOKS, present: !remove } };
}

async function assertOutside(git: GitProgram, top: string, path: string, change: FileChange): Promise<void> {
  const way = relative(await realFile(top), path);
  if (way.startsWith('..') || isAbsolute(way) || way.startsWith('.git/') || (await isBare(top))) return;
  const { code } = await git.run(['check-ignore', '-q', '--', way], { cwd: top, okCodes: [0, 1, 128] });
  if (code === 0) return;
  const text = change.after?.toString('utf8') ?? '';
  throw new OtError('OT_HOOKS_TRACKED', 'refused', `${path} lies in the work tree, so it was left alone`, {
    hint: `to have it there all the same, make it so yourself:\n${text}`,
  });
}

async function isBare(top: string): Promise<boolean> {
  return lstat(join(top, '.git')).then(
    () => false,
    () => true,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o111) !== 0;
}

function disabled(path: string): OtError {
  return new OtError('OT_HOOK_DISABLED', 'refused', `${path} is not executable, so git does not run it`, {
    hint: 'make it executable if it shall run, or move it away, then run the command again',
  });
}

/** Repositories that have our hooks, as uninstall has to find them. */
export async function readRepositories(places: Places): Promise<RepositoryHooks[]> {
  const bytes = await readOptional(listPath(places));
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '[]');
    return Array.isArray(value) ? value.filter(isHooks) : [];
  } catch {
    return [];
  }
}

/** Adds or removes one repository of that list. */
export async function noteRepository(
  places: Places,
  platform: Platform,
  hooks: RepositoryHooks,
  present: boolean,
): Promise<void> {
  const others = (await readRepositories(places)).filter(({ folder }) => folder !== hooks.folder);
  await applyChanges(
    [await planRepositories(places, present ? [...others, hooks] : others)],
    platform,
    places.home,
  );
}

/** Plans what {@link readRepositories} reads from then on. */
export async function planRepositories(
  places: Places,
  list: readonly RepositoryHooks[],
): Promise<FileChange> {
  const path = listPath(places);
  const after = list.length === 0 ? null : Buffer.from(`${JSON.stringify(list, null, 1)}\n`);
  return { path, before: await readOptional(path), after, mode: 0o600, isPrivate: true };
}

function isHooks(value: unknown): value is RepositoryHooks {
  const { folder, top } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof folder === 'string' && isAbsolute(folder) && typeof top === 'string' && isAbsolute(top);
}

function listPath(places: Places): string {
  return join(hooksDir(places), 'repositories');
}
