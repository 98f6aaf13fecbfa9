/** The exact inverse of every setup: what is ours goes, what somebody edited stays where it is. */
import { stat } from 'node:fs/promises';
import { OtError } from '../../../base/errors.ts';
import type { GitProgram } from '../../../git/spawn.ts';
import { AGENT_TARGETS, type AgentHomes, planAgent } from './agents.ts';
import type { FileChange } from './change.ts';
import { completionFiles, planExtras, type ShellHomes, skillFiles } from './extras.ts';
import { type Places, planScripts } from './places.ts';
import { planRepositories, planRepository, type RepositoryHooks, readRepositories } from './repository.ts';

export interface Uninstall {
  readonly changes: readonly FileChange[];
  /** Why some of it stays: what somebody edited, or broke, is left as it is. */
  readonly left: readonly OtError[];
}

/** Plans the removal everywhere: hosts first, then the scripts that their hooks run. One place that is refused keeps no other. */
export async function planUninstall(
  git: GitProgram,
  homes: AgentHomes,
  shells: ShellHomes,
  places: Places,
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
  const kept: RepositoryHooks[] = [];
  for (const hooks of await readRepositories(places)) {
    if (!(await isThere(hooks.folder))) continue;
    if (!(await plan(() => planRepository(git, hooks, places, true)))) kept.push(hooks);
  }
  changes.push(await planRepositories(places, kept));
  await plan(() => planScripts(places, true));
  return { changes, left };
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
