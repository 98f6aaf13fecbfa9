import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commonDir,
  describeCodeRepository,
  findCodeRepository,
  isShallow,
  packedTip,
  rootCommits,
  topLevel,
} from '../../src/git/code-repository.ts';
import { initBare } from '../../src/git/program/repository.ts';
import { IDENTITY, tempDir, testGit } from '../support/git-env.ts';

const git = testGit();

/** A work tree with two commits; returns the root commit and HEAD. */
async function project(folder: string): Promise<{ root: string; head: string }> {
  mkdirSync(folder, { recursive: true });
  const inside = { cwd: folder, env: IDENTITY };
  await git.run(['init', '--quiet', '--initial-branch=main', '.'], inside);
  await git.run(['commit', '--quiet', '--allow-empty', '-m', 'root'], inside);
  const root = (await git.text(['rev-parse', 'HEAD'], inside)).trim();
  await git.run(['commit', '--quiet', '--allow-empty', '-m', 'second'], inside);
  return { root, head: (await git.text(['rev-parse', 'HEAD'], inside)).trim() };
}

describe('a code repository', () => {
  it('is found from any folder inside it', async () => {
    const folder = join(realpathSync(tempDir()), 'with späce');
    const { root, head } = await project(folder);
    const below = join(folder, 'a/b');
    mkdirSync(below, { recursive: true });
    expect(await findCodeRepository(git, below)).toEqual({
      topLevel: folder,
      commonDir: join(folder, '.git'),
      shallow: false,
      head,
    });
    expect(await describeCodeRepository(git, below)).toEqual({
      topLevel: folder,
      rootCommit: root,
      head,
      remote: null,
    });
    expect(await topLevel(git, below)).toBe(folder);
    expect(await commonDir(git, below)).toBe(join(folder, '.git'));
  });

  it('is the same from a linked work tree', async () => {
    const base = realpathSync(tempDir());
    const { root } = await project(join(base, 'main'));
    await git.run(['worktree', 'add', '--quiet', '-b', 'side', join(base, 'side')], {
      cwd: join(base, 'main'),
    });
    expect(await describeCodeRepository(git, join(base, 'side'))).toMatchObject({
      topLevel: join(base, 'side'),
      rootCommit: root,
    });
    expect(await commonDir(git, join(base, 'side'))).toBe(join(base, 'main', '.git'));
  });

  it('has the smallest of several roots', async () => {
    const folder = join(tempDir(), 'r');
    await project(folder);
    const inside = { cwd: folder, env: IDENTITY };
    const empty = (await git.text(['mktree'], { ...inside, input: '' })).trim();
    const other = (await git.text(['commit-tree', empty, '-m', 'other root'], inside)).trim();
    await git.run(['merge', '--quiet', '--allow-unrelated-histories', '-m', 'join', other], inside);
    const roots = await rootCommits(git, join(folder, '.git'));
    expect(roots).toHaveLength(2);
    expect([...roots].sort()).toEqual(roots);
    expect((await describeCodeRepository(git, folder))?.rootCommit).toBe(roots[0]);
  });

  it('hides its roots when it is shallow, and has none without commits', async () => {
    const base = tempDir();
    await project(join(base, 'full'));
    await git.run(['clone', '--quiet', '--depth=1', `file://${join(base, 'full')}`, join(base, 'shallow')], {
      network: true,
    });
    expect(await isShallow(git, join(base, 'shallow/.git'))).toBe(true);
    expect(await isShallow(git, join(base, 'full/.git'))).toBe(false);
    expect(await describeCodeRepository(git, join(base, 'shallow'))).toMatchObject({ rootCommit: null });
    await git.run(['init', '--quiet', join(base, 'empty')]);
    expect(await describeCodeRepository(git, join(base, 'empty'))).toMatchObject({
      rootCommit: null,
      head: null,
    });
    expect(await rootCommits(git, join(base, 'empty/.git'))).toEqual([]);
  });

  it('tells its origin without user and password', async () => {
    const folder = join(tempDir(), 'r');
    await project(folder);
    await git.run(['remote', 'add', 'origin', 'https://me:s3cret@host.invalid/x.git'], { cwd: folder });
    expect((await describeCodeRepository(git, folder))?.remote).toBe('https://host.invalid/x.git');
  });

  it('may be bare', async () => {
    const gitDir = join(realpathSync(tempDir()), 'r.git');
    await initBare(git, gitDir, { algorithm: 'sha1' });
    expect(await findCodeRepository(git, gitDir)).toMatchObject({
      topLevel: gitDir,
      commonDir: gitDir,
      head: null,
    });
  });

  it('is null for a folder without one, a file and a folder that is gone', async () => {
    const folder = tempDir();
    expect(await findCodeRepository(git, folder)).toBeNull();
    expect(await describeCodeRepository(git, join(folder, 'gone'))).toBeNull();
    expect(await topLevel(git, join(folder, '.gitconfig'))).toBeNull();
  });
});

describe('a branch', () => {
  it('tells where a packed branch stands until it has moved', async () => {
    const folder = join(realpathSync(tempDir()), 'packed');
    const { head } = await project(folder);
    const ref = 'refs/heads/main';
    expect(await packedTip(git, folder, ref)).toBeNull();
    await git.run(['pack-refs', '--all'], { cwd: folder });
    expect(await packedTip(git, folder, ref)).toBe(head);
    expect(await packedTip(git, folder, 'refs/heads/none')).toBeNull();
    expect(await packedTip(git, join(folder, 'gone'), ref)).toBeNull();
    await git.run(['commit', '--quiet', '--allow-empty', '-m', 'third'], { cwd: folder, env: IDENTITY });
    expect(await packedTip(git, folder, ref)).toBeNull();
  });
});
