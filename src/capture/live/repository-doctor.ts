/** Hooks of repositories that were set up and are no longer run: managers of hooks write theirs anew. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../../base/errors.ts';
import type { GitProgram } from '../../git/spawn.ts';
import { type DoctorFinding, made } from './doctor.ts';
import type { Places } from './setup/places.ts';
import {
  type RepositoryHooks,
  readRepositories,
  repositoryHooks,
  repositoryState,
} from './setup/repository.ts';

/** Findings of every repository that setup has noted; one that is gone is none. */
export async function diagnoseRepositories(git: GitProgram, places: Places): Promise<DoctorFinding[]> {
  const noted = await readRepositories(places);
  const known = new Set(noted.map(({ folder }) => folder));
  const found: DoctorFinding[] = [];
  for (const hooks of noted) {
    const now = (await isFolder(hooks.top)) ? await hooksNow(git, hooks.top) : null;
    if (now !== null) found.push(...(await findingsOf(hooks, now, known, places)));
  }
  return found;
}

/** `now` is where git looks; hooks that lie elsewhere are of no concern when ours are there too. */
async function findingsOf(
  hooks: RepositoryHooks,
  now: RepositoryHooks,
  known: ReadonlySet<string>,
  places: Places,
): Promise<DoctorFinding[]> {
  const fix = `git -C '${hooks.top.replaceAll("'", `'\\''`)}' ot setup git`;
  if (now.folder !== hooks.folder) {
    if (known.has(now.folder)) return [];
    const message = `git looks for the hooks of ${hooks.top} there now, and ours are in ${hooks.folder}`;
    return [made('hooks_moved', now.folder, message, fix)];
  }
  const missing = (await repositoryState(hooks, places)).filter(({ installed }) => !installed);
  const message = 'our block is not in this hook, or is that of another version';
  return missing.map(({ hook }) => made('hook_missing', join(hooks.folder, hook), message, fix));
}

/** Null where there is no repository any more, or none that git trusts. */
async function hooksNow(git: GitProgram, top: string): Promise<RepositoryHooks | null> {
  try {
    return await repositoryHooks(git, top);
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
