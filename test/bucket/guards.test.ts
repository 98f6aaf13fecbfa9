/** What keeps raw evidence in the bucket when a person uses plain git there. */
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withWritableBucket } from '../../src/bucket/lane.ts';
import { healManifest } from '../../src/bucket/manifest.ts';
import { conversation, writeSession } from '../capture/session-file.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { tempDir, testGit } from '../support/git-env.ts';

const SESSION = conversation(1);

async function captured(): Promise<TestBucket> {
  const bucket = await TestBucket.open();
  await bucket.capture([writeSession(SESSION)]);
  return bucket;
}

async function captureAgain(bucket: TestBucket): Promise<void> {
  await bucket.reopen();
  await bucket.capture([writeSession(conversation(1, '99999999-2222-4333-8444-555555555555'))]);
}

/** Codes and paths of what verify finds. */
async function found(bucket: TestBucket): Promise<string[]> {
  return (await bucket.findings()).map(({ code, path }) => `${code} ${path}`).sort();
}

/** Pushes everything with plain git from a folder elsewhere; the refs that arrived. */
async function mirror(gitDir: string, how: 'option' | 'variable'): Promise<string> {
  const target = join(tempDir(), 'target.git');
  const elsewhere = tempDir();
  const git = testGit();
  await git.run(['init', '--quiet', '--bare', target]);
  const push = ['push', '--quiet', '--mirror', target];
  const call = { cwd: elsewhere, network: true, okCodes: [0, 1] };
  if (how === 'option') await git.run([`--git-dir=${gitDir}`, ...push], call);
  else await git.run(push, { ...call, env: { GIT_DIR: gitDir } });
  return git.text(['for-each-ref'], { gitDir: target });
}

describe('the guards of a bucket', () => {
  it.each(['option', 'variable'] as const)(
    'hold for plain git that is told the repository by %s',
    async (how) => {
      const { gitDir } = await captured();
      expect(await mirror(gitDir, how)).toBe('');
    },
  );

  it('follow a home that was moved, with the next capture', async () => {
    const before = await captured();
    await before.close();
    const home = join(tempDir(), 'moved "home" # 1');
    renameSync(before.home, home);
    const moved = await TestBucket.open({ home });
    expect(await found(moved)).toEqual(['guard_missing core.hooksPath']);
    await captureAgain(moved);
    expect(await moved.plainGit('config', 'core.hooksPath')).toBe(join(moved.gitDir, 'hooks'));
    expect(await mirror(moved.gitDir, 'option')).toBe('');
    await expectVerified(moved);
  });

  it('of a copy are its own, and those of the original stay', async () => {
    const original = await captured();
    const home = join(tempDir(), 'copy');
    cpSync(original.home, home, { recursive: true });
    const copy = await TestBucket.open({ home });
    expect(await found(copy)).toEqual([]);
    await captureAgain(copy);
    expect(await copy.plainGit('config', 'core.hooksPath')).toBe(join(copy.gitDir, 'hooks'));
    await expectVerified(original, copy);
  });
});

type Damage = (gitDir: string, config: (...args: string[]) => Promise<unknown>) => unknown;

const HOOK = 'hooks/pre-push';

describe('a guard that is missing', () => {
  it.each<[string, string, Damage]>([
    ['no hook', HOOK, (gitDir) => rmSync(join(gitDir, HOOK))],
    ['no hooks', HOOK, (gitDir) => rmSync(join(gitDir, 'hooks'), { recursive: true })],
    ['another hook', HOOK, (gitDir) => writeFileSync(join(gitDir, HOOK), '#!/bin/sh\nexit 0\n')],
    ['a hook that does not run', HOOK, (gitDir) => chmodSync(join(gitDir, HOOK), 0o644)],
    [
      'a folder as hook',
      HOOK,
      (gitDir) => {
        rmSync(join(gitDir, HOOK));
        mkdirSync(join(gitDir, HOOK, 'x'), { recursive: true });
      },
    ],
    ['relative hooks', 'core.hooksPath', (_, config) => config('core.hooksPath', 'hooks')],
    ['other hooks', 'core.hooksPath', (_, config) => config('--add', 'core.hooksPath', '/elsewhere')],
    ['git packs by itself', 'gc.auto', (_, config) => config('gc.auto', '6700')],
    ['upkeep by itself', 'maintenance.auto', (_, config) => config('--unset', 'maintenance.auto')],
    ['reflogs', 'core.logAllRefUpdates', (_, config) => config('core.logAllRefUpdates', 'always')],
    ['a push of everything', 'push.default', (_, config) => config('push.default', 'matching')],
    ['shown refs', 'transfer.hideRefs', (_, config) => config('--unset-all', 'transfer.hideRefs')],
    [
      'refs shown again',
      'transfer.hideRefs',
      (_, config) => config('--add', 'transfer.hideRefs', '!refs/opentraces/lanes'),
    ],
  ])('%s: is found, and put back by the next capture', async (_, path, damage) => {
    const bucket = await captured();
    await damage(bucket.gitDir, (...args) => bucket.plainGit('config', ...args));
    expect(await found(bucket)).toEqual([`guard_missing ${path}`]);
    await captureAgain(bucket);
    await expectVerified(bucket);
    expect(await mirror(bucket.gitDir, 'option')).toBe('');
    const listed = await testGit().text(['ls-remote', bucket.gitDir], { cwd: tempDir(), network: true });
    expect(listed).toBe('');
  });

  it('is put back by what the finding says, and other settings stay', async () => {
    const bucket = await captured();
    await bucket.plainGit('config', '--unset-all', 'transfer.hideRefs');
    await bucket.plainGit('config', '--add', 'transfer.hideRefs', 'refs/mine');
    const [finding] = await bucket.findings();
    expect(finding?.fix).toContain('git ot bucket manifest --heal');
    await bucket.reopen();
    expect(await withWritableBucket(bucket.bucket, healManifest)).toEqual([]);
    await expectVerified(bucket);
    expect((await bucket.plainGit('config', '--get-all', 'transfer.hideRefs')).split('\n')).toEqual([
      'refs/mine',
      'refs/opentraces/lanes',
      'refs/opentraces/pushed',
    ]);
  });

  it('that cannot be put back now is no failure of a capture', async () => {
    const bucket = await captured();
    await bucket.plainGit('config', 'gc.auto', '1');
    writeFileSync(join(bucket.gitDir, 'config.lock'), '');
    await captureAgain(bucket);
    expect(await found(bucket)).toEqual(['guard_missing gc.auto']);
    expect(statSync(join(bucket.gitDir, 'config.lock')).size).toBe(0);
  });
});
