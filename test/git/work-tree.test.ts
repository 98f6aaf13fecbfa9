import { mkdirSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitProgram } from '../../src/git/spawn.ts';
import { changedPaths, filesAt, parseStatus, pathsBetween } from '../../src/git/work-tree.ts';
import { IDENTITY, tempDir, testGit } from '../support/git-env.ts';

const git = testGit();
const ODD = ['with space', 'with\nline', 'quo"te', '-dash', 'ä', '*'];

async function project(): Promise<{ top: string; run: (...args: string[]) => Promise<string> }> {
  const top = realpathSync(tempDir());
  const run = async (...args: string[]): Promise<string> =>
    (await git.text(args, { cwd: top, env: IDENTITY })).trim();
  await run('init', '--quiet', '--initial-branch=main', '.');
  return { top, run };
}

describe('what a work tree holds that HEAD does not', () => {
  it('is told with every name, without what is ignored, and changes no byte of the repository', async () => {
    const { top, run } = await project();
    expect(await changedPaths(git, top, 10_000)).toEqual({ head: null, paths: [] });
    for (const name of [...ODD, 'same', 'gone']) writeFileSync(join(top, name), `${name}\n`);
    writeFileSync(join(top, '.gitignore'), '*.log\n');
    await run('add', '.');
    await run('commit', '--quiet', '-m', 'one');
    for (const name of ODD) writeFileSync(join(top, name), 'changed\n');
    rmSync(join(top, 'gone'));
    mkdirSync(join(top, 'new'));
    writeFileSync(join(top, 'new', 'staged'), 'x');
    writeFileSync(join(top, 'a.log'), 'x');
    symlinkSync('/etc', join(top, 'link'));
    await run('add', 'new');
    writeFileSync(join(top, 'new', 'unknown'), 'x');
    const head = await run('rev-parse', 'HEAD');
    const paths = [...ODD, 'gone', 'link', 'new/staged', 'new/unknown'].sort();
    expect(await changedPaths(git, top, 10_000)).toEqual({ head, paths });
  });

  it('is not told when git takes too long, or in what is no repository', async () => {
    const { top } = await project();
    const slow = join(tempDir(), 'git');
    writeFileSync(slow, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    expect(await changedPaths(gitProgram({ env: process.env, path: slow }), top, 50)).toBe('too_slow');
    expect(await changedPaths(git, tempDir(), 10_000)).toBe('unreadable');
  });

  it('is not waited for where a filter of the repository never ends', async () => {
    const { top, run } = await project();
    writeFileSync(join(top, 'one'), 'one\n');
    await run('add', '.');
    await run('commit', '--quiet', '-m', 'one');
    await run('config', 'filter.slow.clean', 'sleep 60');
    writeFileSync(join(top, '.git', 'info', 'attributes'), '* filter=slow\n');
    // Of the same size, so that only its content tells.
    writeFileSync(join(top, 'one'), 'two\n');
    utimesSync(join(top, 'one'), 1, 1);
    expect(await changedPaths(git, top, 300)).toBe('too_slow');
  });

  it('has conflicts, and leaves submodules and renames to others', () => {
    const hash = '0'.repeat(40);
    const output = [
      `# branch.oid ${hash}`,
      `u UU N... 100644 100644 100644 100644 ${hash} ${hash} ${hash} both sides`,
      `1 .M S.M. 160000 160000 160000 ${hash} ${hash} module`,
      `1 M. N... 100644 100644 100644 ${hash} ${hash} one`,
      '! ignored',
      '',
    ].join('\0');
    expect(parseStatus(output)).toEqual({ head: hash, paths: ['both sides', 'one'] });
  });
});

it('files and differences of commits are told by their names as they are', async () => {
  const { top, run } = await project();
  writeFileSync(join(top, 'same'), 'x');
  await run('add', '.');
  await run('commit', '--quiet', '-m', 'one');
  for (const name of ODD) writeFileSync(join(top, name), 'text\n');
  symlinkSync('same', join(top, 'link'));
  await run('add', '.');
  await run('commit', '--quiet', '-m', 'two');
  const [one, two] = [await run('rev-parse', 'HEAD~'), await run('rev-parse', 'HEAD')];
  expect((await pathsBetween(git, top, one, two)).sort()).toEqual([...ODD, 'link'].sort());
  expect(await pathsBetween(git, top, one, '1'.repeat(40))).toEqual([]);
  const blob = await run('rev-parse', 'HEAD:ä');
  const found = await filesAt(git, top, two, [...ODD, 'link', 'none']);
  expect([...found.keys()].sort()).toEqual([...ODD].sort());
  expect(found.get('*')).toEqual({ blob, bytes: 5 });
});

it('files of a commit are not told at all where a partial clone lacks one', async () => {
  const { top, run } = await project();
  writeFileSync(join(top, 'absent'), 'x');
  writeFileSync(join(top, 'here'), 'y');
  await run('add', '.');
  await run('commit', '--quiet', '-m', 'one');
  const lost = await run('rev-parse', 'HEAD:absent');
  rmSync(join(top, '.git', 'objects', lost.slice(0, 2), lost.slice(2)));
  const all = filesAt(git, top, await run('rev-parse', 'HEAD'), ['absent', 'here']);
  await expect(all).rejects.toMatchObject({ code: 'OT_GIT_FAILED' });
});
