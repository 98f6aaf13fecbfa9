/** The exact inverse of every setup: what is ours goes, what somebody edited stays where it is. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitProgram } from '../../../git/spawn.ts';
import { AGENT_TARGETS, type AgentHomes, planAgent } from './agents.ts';
import { type FileChange, readOptional } from './change.ts';
import { completionFiles, planExtras, type ShellHomes, skillFiles } from './extras.ts';
import { hooksDir, type Places, planScripts } from './places.ts';
import { planRepository, readRepositories } from './repository.ts';

/** Plans the removal everywhere: hosts first, then the scripts that their hooks run. */
export async function planUninstall(
  git: GitProgram,
  homes: AgentHomes,
  shells: ShellHomes,
  places: Places,
): Promise<FileChange[]> {
  const extras = [...skillFiles(homes), ...completionFiles(shells)];
  const changes = await planExtras(places, extras, [], true);
  for (const target of AGENT_TARGETS) changes.push(...(await planAgent(target, homes, places, true)));
  for (const hooks of await readRepositories(places)) {
    if (await isThere(hooks.folder)) changes.push(...(await planRepository(git, hooks, places, true)));
  }
  const list = join(hooksDir(places), 'repositories');
  changes.push({ path: list, before: await readOptional(list), after: null, mode: 0o600, isPrivate: true });
  return [...changes, ...(await planScripts(places, true))];
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
