import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openIsomorphicRepository } from '../../src/git/isomorphic/repository.ts';
import { memoryRepository } from '../../src/git/memory.ts';
import type { HashAlgorithm, Repository } from '../../src/git/ports.ts';
import { packRefs } from '../../src/git/program/maintenance.ts';
import { initBare, openRepository } from '../../src/git/program/repository.ts';
import { tempDir, testGit } from '../support/git-env.ts';
import { conformance } from './conformance.ts';

const git = testGit();

async function create(algorithm: HashAlgorithm): Promise<Repository> {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm });
  return openRepository(git, gitDir);
}

const pack = (repository: Repository) => packRefs(git, repository.gitDir);

for (const algorithm of ['sha1', 'sha256'] as const) {
  conformance(`git program, ${algorithm}`, { algorithm, create: () => create(algorithm), packRefs: pack });
  conformance(`memory, ${algorithm}`, { algorithm, create: async () => memoryRepository(algorithm) });
}

conformance('isomorphic-git reading what the git engine wrote, sha1', {
  algorithm: 'sha1',
  create: () => create('sha1'),
  open: ({ gitDir }) => openIsomorphicRepository(gitDir),
  packRefs: pack,
});

it('isomorphic-git refuses a SHA-256 repository by name', async () => {
  const { gitDir } = await create('sha256');
  await expect(openIsomorphicRepository(gitDir)).rejects.toMatchObject({
    code: 'OT_ENGINE_SHA256',
    message: expect.stringContaining(gitDir),
  });
});

it('isomorphic-git only reads', async () => {
  const { gitDir } = await create('sha1');
  const repository = await openIsomorphicRepository(gitDir);
  expect(() => repository.objects.batch()).toThrow(expect.objectContaining({ code: 'OT_ENGINE_READS_ONLY' }));
  await expect(repository.refs.transaction([])).rejects.toMatchObject({ code: 'OT_ENGINE_READS_ONLY' });
});
