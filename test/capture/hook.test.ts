/** A capture started inside a git hook: git points its children at the code repository there. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectIdOfRoot, traceIdOf } from '../../src/base/ids.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { binary, type Machine, newMachine, runProgram } from '../support/cli.ts';
import { IDENTITY } from '../support/git-env.ts';
import { conversation, SESSION_ID, writeSession } from './session-file.ts';

interface CodeRepository {
  readonly machine: Machine;
  readonly main: string;
  readonly worktree: string;
}

async function git(machine: Machine, cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('git', args, { machine, cwd, env: IDENTITY });
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** A repository with one commit, and a linked work tree on a branch. */
async function codeRepository(): Promise<CodeRepository> {
  const machine = newMachine();
  const main = join(machine.cwd, 'acme');
  mkdirSync(main);
  await git(machine, main, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(main, 'a.txt'), 'a\n');
  await git(machine, main, 'add', '.');
  await git(machine, main, 'commit', '--quiet', '-m', 'first');
  const worktree = join(machine.cwd, 'acme-linked');
  await git(machine, main, 'worktree', 'add', '--quiet', '-b', 'side', worktree);
  return { machine, main, worktree };
}

/** Every variable with which git, or a person, can move a child to another repository. */
const HOOK_ENV = `
export GIT_DIR GIT_INDEX_FILE
GIT_OBJECT_DIRECTORY=$(git rev-parse --path-format=absolute --git-path objects); export GIT_OBJECT_DIRECTORY
GIT_COMMON_DIR=$(git rev-parse --path-format=absolute --git-common-dir); export GIT_COMMON_DIR
GIT_WORK_TREE=$(git rev-parse --show-toplevel); export GIT_WORK_TREE
GIT_NAMESPACE=elsewhere; export GIT_NAMESPACE
GIT_AUTHOR_NAME=Somebody; export GIT_AUTHOR_NAME
GIT_AUTHOR_DATE='1000000000 +0300'; export GIT_AUTHOR_DATE
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.bare GIT_CONFIG_VALUE_0=false
export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
`;

function objectsOf({ machine, main }: CodeRepository): Promise<string> {
  const format = '--batch-check=%(objectname) %(objecttype)';
  return git(machine, main, 'cat-file', '--batch-all-objects', format);
}

describe('a capture inside a post-commit hook', () => {
  it('of a linked work tree writes nothing into the code repository', async () => {
    const code = await codeRepository();
    const { machine, main, worktree } = code;
    const session = writeSession(conversation(30), { folder: join(machine.home, 'sessions') });
    const log = join(machine.home, 'hook.log');
    const command = `"${process.execPath}" "${await binary()}" capture "${session}" --project "$GIT_WORK_TREE" --json`;
    const hook = join(main, '.git', 'hooks', 'post-commit');
    mkdirSync(join(main, '.git', 'hooks'), { recursive: true });
    writeFileSync(
      hook,
      `#!/bin/sh\n${HOOK_ENV}\nenv | grep ^GIT_ > "${log}.env"\n${command} > "${log}" 2>&1\n`,
    );
    chmodSync(hook, 0o755);
    const before = new Set((await objectsOf(code)).split('\n'));
    writeFileSync(join(worktree, 'b.txt'), 'b\n');
    await git(machine, worktree, 'add', 'b.txt');
    await git(machine, worktree, 'commit', '--quiet', '-m', 'second');

    expect(readFileSync(`${log}.env`, 'utf8')).toMatch(/GIT_DIR=.*worktrees/);
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({ status: 'ok', totals: { captured: 1 } });
    const added = (await objectsOf(code)).split('\n').filter((line) => !before.has(line));
    expect(added.map((line) => line.split(' ')[1]).sort()).toEqual(['blob', 'commit', 'tree']);
    expect(await git(machine, main, 'for-each-ref', '--format=%(refname)')).toBe(
      'refs/heads/main\nrefs/heads/side',
    );
    expect(await git(machine, worktree, 'status', '--porcelain')).toBe('');
    expect(await git(machine, main, 'status', '--porcelain')).toBe('');

    const bucket = await TestBucket.open({ home: machine.otHome });
    const root = await git(machine, main, 'rev-list', '--max-parents=0', 'main');
    const project = await (await bucket.folder(traceIdOf('claude-code', SESSION_ID))).project();
    expect(project).toMatchObject({
      id: projectIdOfRoot(root),
      cwd: worktree,
      head: await git(machine, worktree, 'rev-parse', 'HEAD'),
    });
    expect(await bucket.plainGit('log', '--all', '--format=%an')).toBe('opentraces');
    await expectVerified(bucket);
  });
});
