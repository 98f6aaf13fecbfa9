/** The ways of reading and writing a repository, by the name `--engine` takes. */

import { OtError } from '../base/errors.ts';
import type { Engine } from '../bucket/home.ts';
import { programHistory } from '../git/program/history.ts';
import { initBare, openRepository } from '../git/program/repository.ts';
import type { App } from './app.ts';
import { oneOf } from './decode.ts';

export const ENGINES = ['git', 'isomorphic-git'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Value of `--engine`; the git program when it was not given. */
export function engineName(typed: string | undefined): EngineName {
  return typed === undefined ? 'git' : oneOf('--engine', typed, ENGINES);
}

/** The git program reads and writes; isomorphic-git only reads, and needs no program. */
export async function openEngine(app: App, name: EngineName): Promise<Engine> {
  return name === 'git' ? programEngine(app) : isomorphicEngine();
}

function programEngine({ git }: App): Engine {
  return {
    open: (gitDir) => openRepository(git, gitDir),
    initBare: (gitDir, algorithm, config) => initBare(git, gitDir, { algorithm, config }),
    isAncestor: async (gitDir, ancestor, descendant) => {
      const { algorithm } = await openRepository(git, gitDir);
      return programHistory(git, gitDir, algorithm).isAncestor(ancestor, descendant);
    },
  };
}

/** In a chunk of its own: the library is larger than all the rest. */
async function isomorphicEngine(): Promise<Engine> {
  const { openIsomorphicRepository } = await import('../git/isomorphic/repository.ts');
  const readOnly = (): Promise<never> => {
    throw new OtError('OT_ENGINE_READS_ONLY', 'usage', 'isomorphic-git only reads here', {
      hint: 'leave --engine out',
    });
  };
  return { open: openIsomorphicRepository, initBare: readOnly, isAncestor: readOnly };
}
