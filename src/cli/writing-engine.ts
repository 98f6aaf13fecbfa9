import type { Engine } from '../bucket/home.ts';
import { programHistory } from '../git/program/history.ts';
import { initBare, openRepository } from '../git/program/repository.ts';
import type { App } from './app.ts';

/** The git program for commands that write. */
export function writingEngine({ git }: App): Engine {
  return {
    open: (gitDir) => openRepository(git, gitDir),
    initBare: (gitDir, algorithm, config) => initBare(git, gitDir, { algorithm, config }),
    isAncestor: async (gitDir, ancestor, descendant) => {
      const { algorithm } = await openRepository(git, gitDir);
      return programHistory(git, gitDir, algorithm).isAncestor(ancestor, descendant);
    },
  };
}
