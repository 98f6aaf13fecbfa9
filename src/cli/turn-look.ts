/** What the drain sees of the work tree around a session at a prompt and at the end of a turn. */
import { realpath } from 'node:fs/promises';
import type { Platform } from '../base/platform.ts';
import { takeSnapshot } from '../capture/live/turn-snapshot.ts';
import type { TurnLook } from '../capture/live/turns.ts';
import { topLevel } from '../git/code-repository.ts';
import type { GitProgram } from '../git/spawn.ts';
import { changedPaths, filesAt, pathsBetween } from '../git/work-tree.ts';

/** What a look may cost git, in milliseconds: beyond it the turn has none. */
const LONGEST_LOOK_MS = 5_000;

export function turnLook(git: GitProgram, platform: Platform): TurnLook {
  return {
    git: {
      between: (top, from, to) => pathsBetween(git, top, from, to),
      filesAt: (top, commit, paths) => filesAt(git, top, commit, paths),
    },
    take: async ({ cwd }, at) => {
      const folder = cwd === null ? null : await realpath(cwd).catch(() => null);
      const top = folder === null ? null : await topLevel(git, folder);
      if (top === null) return null;
      const changes = (place: string) => changedPaths(git, place, LONGEST_LOOK_MS);
      return takeSnapshot({ changes }, top, at, () => platform.now());
    },
  };
}
