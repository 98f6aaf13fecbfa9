import { join } from 'node:path';
import { expect, it } from 'vitest';
import { initBare, openRepository } from '../../src/git/program/repository.ts';
import { tempDir, testGit } from '../support/git-env.ts';
import { bundleScript, runScript } from './child-script.ts';
import { write } from './conformance.ts';

const git = testGit();

it('an open reader does not keep the process alive, and one that is asked does', async () => {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm: 'sha1' });
  const repository = await openRepository(git, gitDir);
  const oid = await write(repository, (batch) => batch.put('blob', Buffer.alloc(3_000_000, 'x')));
  const script = await bundleScript(`
    import { openRepository } from 'src/git/program/repository.ts';
    import { gitProgram } from 'src/git/spawn.ts';
    const [gitDir, oid] = process.argv.slice(2);
    const { objects } = await openRepository(gitProgram({ env: process.env }), gitDir);
    const all = await Promise.all([objects.read(oid), objects.info(oid), objects.read(oid)]);
    console.log(all.map((object) => object.size ?? object.data.length).join(' '));
  `);
  expect(await runScript(script, [gitDir, oid], 20_000)).toEqual({
    code: 0,
    stdout: '3000000 3000000 3000000\n',
  });
});
