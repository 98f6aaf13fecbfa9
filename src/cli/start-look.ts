/** What the drain sees where a session has just started: files of the person and of the project, names of variables. */
import { realpath } from 'node:fs/promises';
import type { Visit } from '../capture/live/fold.ts';
import { instructionPlaces, isBelow } from '../capture/live/instruction-places.ts';
import { lookAtStart } from '../capture/live/session-start.ts';
import { ignoredPaths, topLevel } from '../git/code-repository.ts';
import type { HashAlgorithm } from '../git/ports.ts';
import type { GitProgram } from '../git/spawn.ts';
import type { ObservedStart } from '../record/start.ts';
import { agentHome } from './agent-folders.ts';
import type { App } from './app.ts';

/** A drain this long after a start, or before it, is not the one that this start's hook began. */
const SAME_MOMENT_MS = 5_000;

/** `began`: when this process began, in milliseconds since 1970; it has the variables of whoever began it. */
export function startLooker(
  app: App,
  git: GitProgram,
  algorithm: HashAlgorithm,
  began: number,
): (visit: Visit, at: Date) => Promise<ObservedStart> {
  return async ({ agent, cwd: named, transcript }, at) => {
    const { platform, userHome: home } = app;
    const cwd = named === null ? null : await realpath(named).catch(() => null);
    const top = cwd === null ? null : await topLevel(git, cwd);
    const userFolder = agentHome(app, agent);
    const isOurs = Math.abs(began - at.getTime()) <= SAME_MOMENT_MS;
    return lookAtStart({
      algorithm,
      places: instructionPlaces({ agent, cwd, top, userFolder, home, transcript }),
      cwd,
      at,
      now: () => platform.now(),
      environment: isOurs ? app.environmentNames : null,
      ignored: async (paths) => {
        const inside = paths.filter((path) => top !== null && isBelow(path, top));
        return top === null ? new Set() : ignoredPaths(git, top, inside);
      },
    });
  };
}
