/** The exact inverse of every setup: what is ours goes, what somebody edited stays where it is. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { OtError } from '../../../base/errors.ts';
import type { GitProgram } from '../../../git/spawn.ts';
import {
  AGENT_TARGETS,
  type AgentHomes,
  agentState,
  agentTarget,
  planAgent,
  planAgentAt,
  settingsPath,
} from './agents.ts';
import { actionOf, type FileChange } from './change.ts';
import { completionFiles, extraNamed, planExtras, type ShellHomes, skillFiles } from './extras.ts';
import { type Installed, readInstalled } from './made.ts';
import { type Places, planScripts } from './places.ts';
import {
  GIT_HOOKS,
  planRepositories,
  planRepository,
  type RepositoryHooks,
  readRepositories,
  repositoryHooks,
} from './repository.ts';

export interface Uninstall {
  readonly changes: readonly FileChange[];
  /** Why some of it stays: what somebody edited, or broke, is left as it is. */
  readonly left: readonly OtError[];
}

/**
 * Plans the removal everywhere, also from where agents kept their settings then, and from the repository around `cwd`
 * where setup does not know it: hosts first, then the scripts that their hooks run. One place that is refused keeps no
 * other.
 */
export async function planUninstall(
  git: GitProgram,
  homes: AgentHomes,
  shells: ShellHomes,
  places: Places,
  cwd: string | null,
): Promise<Uninstall> {
  const changes: FileChange[] = [];
  const left: OtError[] = [];
  const plan = async (step: () => Promise<readonly FileChange[]>): Promise<boolean> => {
    try {
      changes.push(...(await step()));
      return true;
    } catch (error) {
      if (!(error instanceof OtError) || error.kind !== 'refused') throw error;
      left.push(error);
      return false;
    }
  };
  for (const extra of [...skillFiles(homes), ...completionFiles(shells)])
    await plan(() => planExtras(places, [extra], [], true));
  for (const target of AGENT_TARGETS) await plan(() => planAgent(target, homes, places, true));
  const known = new Set(AGENT_TARGETS.map((target) => settingsPath(target, homes)));
  for (const { path } of changes) known.add(path);
  for (const file of readInstalled(places.home)) {
    if (!known.has(file.path)) await plan(() => planInstalled(file, places));
  }
  const kept: RepositoryHooks[] = [];
  const noted = await readRepositories(places);
  for (const hooks of [...noted, ...(await unknownHooks(git, cwd, noted))]) {
    if (!(await isThere(hooks.folder))) continue;
    const repository = await planRepository(git, hooks, places, true);
    const isNoted = noted.includes(hooks);
    changes.push(...repository.changes.filter((change) => isNoted || actionOf(change) !== 'none'));
    left.push(...repository.left);
    if (repository.left.length > 0) kept.push(hooks);
  }
  changes.push(await planRepositories(places, kept));
  await plan(() => planScripts(places, true));
  return { changes, left };
}

/** A repository that was copied with its hooks, or set up by somebody else: setup has not noted it. */
async function unknownHooks(
  git: GitProgram,
  cwd: string | null,
  noted: readonly RepositoryHooks[],
): Promise<RepositoryHooks[]> {
  const hooks = cwd === null ? null : await repositoryHooks(git, cwd).catch(() => null);
  return hooks === null || noted.some(({ folder }) => folder === hooks.folder) ? [] : [hooks];
}

/** What is noted under a path where nobody looks now, as after a change of `CLAUDE_CONFIG_DIR`. */
async function planInstalled({ what, path }: Installed, places: Places): Promise<FileChange[]> {
  if (AGENT_TARGETS.some(({ agent }) => agent === what))
    return [await planAgentAt(agentTarget(what), path, places, true)];
  const extra = extraNamed(what, path);
  return extra === null ? [] : planExtras(places, [extra], [], true);
}

/** The removal of our scripts when, after `changes`, nothing runs them any more; empty while something does. */
export async function planUnusedScripts(
  homes: AgentHomes,
  places: Places,
  changes: readonly FileChange[],
): Promise<FileChange[]> {
  const gone = new Set(changes.map(({ path }) => path));
  const isUser = ({ what, path }: Installed): boolean =>
    !gone.has(path) &&
    existsSync(path) &&
    (what === GIT_HOOKS || AGENT_TARGETS.some(({ agent }) => agent === what));
  if (readInstalled(places.home).some(isUser)) return [];
  try {
    for (const target of AGENT_TARGETS) {
      const isGone = changes.some(({ record }) => record?.what === target.agent);
      if (!isGone && (await agentState(target, homes, places)) !== 'none') return [];
    }
    const repositories = await readRepositories(places);
    const isLeft = ({ folder }: RepositoryHooks): boolean =>
      existsSync(folder) && ![...gone].some((path) => path.startsWith(`${folder}/`));
    if (repositories.some(isLeft)) return [];
    const scripts = [...(await planScripts(places, true)), await planRepositories(places, [])];
    return scripts.filter((change) => actionOf(change) !== 'none');
  } catch (error) {
    // Settings that cannot be read may use them, and a script that somebody edited is theirs.
    if (error instanceof OtError) return [];
    throw error;
  }
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
