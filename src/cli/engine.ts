/** The ways of reading a bucket, by the name `--engine` takes. Writing has its own file, which reading never loads. */
import { OtError } from '../base/errors.ts';
import type { Engine } from '../bucket/home.ts';
import { openReadOnly } from '../git/program/read-only.ts';
import type { App } from './app.ts';
import { oneOf } from './decode.ts';

export const ENGINES = ['git', 'isomorphic-git'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Value of `--engine`; the git program when it was not given. */
export function engineName(typed: string | undefined): EngineName {
  return typed === undefined ? 'git' : oneOf('--engine', typed, ENGINES);
}

/** The git program, or isomorphic-git, which needs no program and lies in a chunk of its own. */
export async function readingEngine(app: App, name: EngineName): Promise<Engine> {
  if (name === 'git') return { ...NO_WRITES, open: (gitDir) => openReadOnly(app.git, gitDir) };
  const { openIsomorphicRepository } = await import('../git/isomorphic/repository.ts');
  return { ...NO_WRITES, open: openIsomorphicRepository };
}

const readsOnly = (): Promise<never> => {
  throw new OtError('OT_ENGINE_READS_ONLY', 'usage', 'the bucket was opened for reading', {
    hint: 'leave --engine out',
  });
};

const NO_WRITES = { initBare: readsOnly, isAncestor: readsOnly };
