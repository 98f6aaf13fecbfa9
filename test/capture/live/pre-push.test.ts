/** Real pushes out of a code repository that holds evidence: none of it reaches a remote that is none of the bucket. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Machine, newMachine, runInProcess } from '../../support/cli.ts';
import { IDENTITY } from '../../support/git-env.ts';

let machine: Machine;
let there: string;

const OURS = ['refs/notes/opentraces', 'refs/notes/opentraces-more', 'refs/opentraces/trail/v1'];

beforeEach(async () => {
  machine = newMachine(IDENTITY);
  there = join(machine.home, 'there.git');
  git('init', '-q', '-b', 'main', machine.cwd);
  git('init', '-q', '--bare', there);
  git('commit', '-q', '--allow-empty', '-m', 'one');
  git('branch', 'side');
  git('tag', '-a', 'v1', '-m', 'one');
  git('remote', 'add', 'origin', there);
  git('notes', '--ref=opentraces', 'add', '-m', 'opentraces:1');
  git('notes', '--ref=opentraces-more', 'add', '-m', 'opentraces:2');
  git('notes', '--ref=mine', 'add', '-m', 'a note of my own');
  const events = git('commit-tree', '-m', 'events', git('write-tree').stdout.trim()).stdout.trim();
  git('update-ref', 'refs/opentraces/trail/v1', events);
  expect((await runInProcess(['setup', 'git'], { machine })).code).toBe(0);
});

function git(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: machine.cwd,
    env: machine.env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function refsThere(): string[] {
  const args = ['--git-dir', there, 'for-each-ref', '--format=%(refname)'];
  return execFileSync('git', args, { env: machine.env, encoding: 'utf8' }).split('\n').filter(Boolean);
}

function objectsThere(): string {
  const args = ['--git-dir', there, 'cat-file', '--batch-check=%(objectname)', '--batch-all-objects'];
  return execFileSync('git', args, { env: machine.env, encoding: 'utf8' });
}

const oidOf = (ref: string): string => git('rev-parse', ref).stdout.trim();

describe('a push', () => {
  it.each([
    ['--mirror', ['push', '--mirror', 'origin']],
    ['everything', ['push', 'origin', 'refs/*:refs/*']],
    ['everything by force', ['push', '-f', 'origin', '+refs/*:refs/*']],
    ['all and our refs', ['push', 'origin', 'refs/heads/*', 'refs/opentraces/*']],
    ['all notes', ['push', 'origin', 'refs/notes/*']],
    ['our notes', ['push', 'origin', 'refs/notes/opentraces']],
    ['our notes as a branch', ['push', 'origin', 'refs/notes/opentraces:refs/heads/notes']],
    ['the trail as a branch', ['push', 'origin', 'refs/opentraces/trail/v1^{}:refs/heads/trail']],
    ['a branch under a name of ours', ['push', 'origin', 'main:refs/opentraces/trail/v1']],
    ['to a path', ['push', '../there.git', 'refs/opentraces/trail/v1']],
    ['to a URL', ['push', '--atomic', 'file://{there}', 'main', 'refs/notes/opentraces']],
  ])('of %s is refused, and sends nothing', (_, args) => {
    const { status, stderr } = git(...args.map((arg) => arg.replace('{there}', there)));
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^git-ot: refusing to push refs\/\S+ to \S+: it is no remote of the bucket$/m);
    expect([refsThere(), objectsThere()]).toEqual([[], '']);
  });

  it.each([['refs/notes/opentraces'], ['refs/opentraces/trail/v1']])(
    'of the commit of %s is refused under any name',
    (ref) => {
      expect(git('push', 'origin', `${oidOf(ref)}:refs/heads/x`).status).not.toBe(0);
      git('branch', 'alias', ref);
      expect(git('push', '--all', 'origin').status).not.toBe(0);
      expect(objectsThere()).toBe('');
    },
  );

  it.each([['refs/notes/opentraces'], ['refs/opentraces/trail/v1']])('of a tag of %s is refused', (ref) => {
    git('tag', '-a', 'kept', '-m', 'kept', oidOf(ref));
    git('tag', '-a', 'kept-twice', '-m', 'kept', 'kept');
    expect(git('push', '--tags', 'origin').status).not.toBe(0);
    expect(git('push', 'origin', 'kept-twice').status).not.toBe(0);
    expect(objectsThere()).toBe('');
  });

  it('of what our notes were before is refused', () => {
    git('notes', '--ref=opentraces', 'append', '-m', 'opentraces:3');
    expect(git('push', 'origin', `${oidOf('refs/notes/opentraces~1')}:refs/heads/x`).status).not.toBe(0);
    expect(objectsThere()).toBe('');
  });

  it.each([
    ['remote.origin.mirror', 'true'],
    ['remote.origin.push', 'refs/*:refs/*'],
  ])('with %s = %s in the configuration is refused', (name, value) => {
    git('config', name, value);
    expect(git('push', 'origin').status).not.toBe(0);
    expect(objectsThere()).toBe('');
  });

  it('of --all, tags and notes that are not ours passes, with nothing of ours', () => {
    expect(git('push', '--all', 'origin')).toMatchObject({ status: 0 });
    expect(git('push', '--tags', 'origin')).toMatchObject({ status: 0 });
    expect(git('push', 'origin', 'refs/notes/mine')).toMatchObject({ status: 0 });
    expect(refsThere()).toEqual(['refs/heads/main', 'refs/heads/side', 'refs/notes/mine', 'refs/tags/v1']);
    for (const ref of OURS) expect(objectsThere()).not.toContain(oidOf(ref));
  });

  it('from another work tree is refused too', () => {
    git('worktree', 'add', '-q', '../other', 'side');
    const { status } = spawnSync('git', ['push', '--mirror', 'origin'], {
      cwd: join(machine.home, 'other'),
      env: machine.env,
    });
    expect(status).not.toBe(0);
    expect(objectsThere()).toBe('');
  });

  it('of anything to a remote of the bucket passes, by name and by URL', async () => {
    const argv = ['bucket', 'remote', 'add', 'team', there];
    expect((await runInProcess(argv, { machine })).code).toBe(0);
    expect(git('push', 'origin', 'refs/notes/opentraces')).toMatchObject({ status: 0 });
    expect(git('push', '--mirror', there)).toMatchObject({ status: 0 });
    expect(refsThere()).toEqual(expect.arrayContaining(OURS));
  });

  it('that deletes what is there passes', () => {
    git('push', '--no-verify', 'origin', 'refs/notes/opentraces', 'main');
    expect(git('push', 'origin', ':refs/notes/opentraces')).toMatchObject({ status: 0 });
    expect(refsThere()).toEqual(['refs/heads/main']);
  });
});
