import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fsckFull } from '../../src/git/program/fsck.ts';
import { initBare, openRepository } from '../../src/git/program/repository.ts';
import { tempDir, testGit } from '../support/git-env.ts';
import { bundleScript, startScript } from './child-script.ts';

const git = testGit();

/** Appends commits whose batches are loose in one turn and a pack in the next, until it is killed. */
const WRITER = `
  import { decodeCommit, encodeCommit, encodeTree } from 'src/git/object-codec.ts';
  import { openRepository } from 'src/git/program/repository.ts';
  import { gitProgram } from 'src/git/spawn.ts';
  const { objects, refs } = await openRepository(gitProgram({ env: process.env }), process.argv[2]);
  const person = { name: 'T', email: 't@example.invalid', seconds: 1, timezone: '+0000' };
  for (let turn = 0; ; turn += 1) {
    const before = await refs.read('refs/x/a');
    const batch = objects.batch();
    const count = turn % 2 === 0 ? 20 : 250;
    const salt = process.pid + '.' + turn + '.';
    const entries = Array.from({ length: count }, (_, index) => ({
      mode: '100644',
      name: 'f' + index,
      oid: batch.put('blob', Buffer.from((salt + index + ' ').repeat(index * 20 + 1))),
    }));
    const tree = batch.put('tree', encodeTree('sha1', entries));
    const parents = before === null ? [] : [before];
    const next = batch.put('commit', encodeCommit({ tree, parents, author: person, committer: person, message: salt }));
    await batch.commit();
    await refs.transaction([{ name: 'refs/x/a', next, expected: before }]);
    if (turn === 0) console.log('started');
  }
`;

it('a writer killed at any moment leaves a sound repository and its history', async () => {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm: 'sha1' });
  const script = await bundleScript(WRITER);
  const repository = await openRepository(git, gitDir);
  let before: string | null = null;
  for (let round = 0; round < 30; round += 1) {
    const child = startScript(script, gitDir);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    await delay((round * 7) % 90);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(await fsckFull(git, gitDir)).toEqual([]);
    const tip = (await repository.refs.read('refs/x/a'))!;
    if (before !== null) await git.run(['merge-base', '--is-ancestor', before, tip], { gitDir });
    before = tip;
  }
  await git.run(['prune', '--expire=now'], { gitDir });
  expect(readdirSync(join(gitDir, 'objects')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
});
