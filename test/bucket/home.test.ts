/** `OT_HOME` in every state a user can bring it into. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBucket, openOrCreateBucket } from '../../src/bucket/home.ts';
import { conversation, writeSession } from '../capture/session-file.ts';
import { expectVerified, TestBucket, testEngine } from '../support/bucket.ts';
import { tempDir, testGit } from '../support/git-env.ts';
import { testPlatform } from '../support/platform.ts';

const engine = testEngine(testGit());

function options(home: string) {
  return { home, engine, platform: testPlatform() };
}

function laneFile(home: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(home, 'bucket.json'), 'utf8')) as Record<string, unknown>;
}

describe('a folder that is no bucket', () => {
  it('is made with its parents, for its owner only', async () => {
    const home = join(tempDir(), 'a', 'b');
    await expect(openBucket(options(home))).rejects.toMatchObject({
      code: 'OT_NO_BUCKET',
      kind: 'not_found',
    });
    await openOrCreateBucket(options(home));
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(
      readdirSync(home)
        .filter((name) => !name.startsWith('lock.'))
        .sort(),
    ).toEqual(['bucket.git', 'bucket.json']);
    expect(laneFile(home)).toMatchObject({ format: 1, lane: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  it('keeps what is ours from others in a home that everyone may read', async () => {
    const home = join(tempDir(), 'home');
    mkdirSync(home);
    chmodSync(home, 0o755);
    const git = testGit({ GIT_CONFIG_GLOBAL: join(home, '..', 'config') });
    writeFileSync(join(home, '..', 'config'), '[core]\n\tsharedRepository = all\n');
    await openOrCreateBucket({ ...options(home), engine: testEngine(git) });
    expect(statSync(join(home, 'bucket.git')).mode & 0o777).toBe(0o700);
    const folders = ['bucket.git', 'remotes', 'cache', 'spool'].map((name) => join(home, name));
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
    await (await TestBucket.open({ home })).capture([writeSession(conversation(1))]);
    for (const folder of folders) expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(home).mode & 0o777).toBe(0o755);
  });

  it.runIf(existsSync('/proc/self'))('is refused at once where the system makes no folders', async () => {
    await expect(openOrCreateBucket(options('/proc/git-ot/home'))).rejects.toMatchObject({
      code: 'OT_READ_ONLY',
      hint: expect.stringContaining('OT_HOME'),
    });
  });

  it('is refused when it is a file, or holds other things, and stays as it was', async () => {
    const folder = tempDir();
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    for (const home of [file, folder]) {
      await expect(openOrCreateBucket(options(home))).rejects.toMatchObject({
        code: 'OT_NOT_A_BUCKET',
        kind: 'usage',
        hint: expect.stringContaining('OT_HOME'),
      });
      await expect(openBucket(options(home))).rejects.toMatchObject({ code: 'OT_NO_BUCKET' });
    }
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('may hold what a killed first run left', async () => {
    const home = tempDir();
    mkdirSync(join(home, 'tmp_bucket_1234.git', 'objects'), { recursive: true });
    writeFileSync(join(home, 'lock.1'), '');
    const bucket = await TestBucket.open({ home });
    await bucket.capture([writeSession(conversation(1))]);
    await expectVerified(bucket);
  });

  it('becomes one bucket when several processes come first at once', async () => {
    const home = join(tempDir(), 'home');
    const opened = await Promise.all(Array.from({ length: 5 }, () => openOrCreateBucket(options(home))));
    expect(new Set(opened.map(({ lane }) => lane)).size).toBe(1);
    expect(readdirSync(home).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });
});

describe('a bucket.json that cannot be used', () => {
  it('of a newer format is refused by name, for reading and writing', async () => {
    const { home } = await TestBucket.open();
    writeFileSync(join(home, 'bucket.json'), JSON.stringify({ ...laneFile(home), format: 2 }));
    for (const open of [openBucket, openOrCreateBucket]) {
      await expect(open(options(home))).rejects.toMatchObject({
        code: 'OT_FORMAT_UNKNOWN',
        message: expect.stringContaining('format 2'),
        hint: 'upgrade git-ot',
      });
    }
  });

  it.each([
    ['empty', ''],
    ['cut', '{"format":1,"lane":"01'],
    ['a list', '[]'],
    ['null', 'null'],
    ['without lane', '{"format":1,"machine":"x"}'],
    ['with a lane that leads elsewhere', '{"format":1,"lane":"../../../heads/x","machine":"x"}'],
    ['with an odd format', '{"format":"one","lane":"0123456789abcdef","machine":"x"}'],
  ])(
    '%s is told as damage; after the hint the next capture begins a lane and keeps all traces',
    async (_, text) => {
      const before = await TestBucket.open();
      await before.capture([writeSession(conversation(1))]);
      const trees = await before.trees();
      const oldLane = before.bucket.lane;
      const path = join(before.home, 'bucket.json');
      writeFileSync(path, text);
      for (const open of [openBucket, openOrCreateBucket]) {
        await expect(open(options(before.home))).rejects.toMatchObject({
          code: 'OT_BUCKET_DAMAGED',
          kind: 'corrupt',
          hint: expect.stringContaining('delete that file'),
        });
      }
      rmSync(path);
      const after = await TestBucket.open({ home: before.home });
      await after.capture([writeSession(conversation(1, '99999999-2222-4333-8444-555555555555'))]);
      await after.reopen();
      expect(after.bucket.laneIsOurs).toBe(true);
      expect(await after.refs()).not.toContain(oldLane);
      for (const line of (await after.refs()).split('\n')) expect(line).toContain(`/${after.bucket.lane}/`);
      expect((await after.trees()).size).toBe(2);
      for (const [id, tree] of trees) expect((await after.trees()).get(id)).toBe(tree);
      await expectVerified(after);
    },
  );
});

describe('a bucket without its repository', () => {
  it.each([
    ['gone', (gitDir: string) => rmSync(gitDir, { recursive: true })],
    ['emptied', (gitDir: string) => rmSync(join(gitDir, 'objects'), { recursive: true })],
    [
      'a file',
      (gitDir: string) => {
        rmSync(gitDir, { recursive: true });
        writeFileSync(gitDir, 'x');
      },
    ],
    ['moved away', (gitDir: string) => renameSync(gitDir, `${gitDir}.old`)],
  ])('%s: is told as damage, and nothing new is made in its place', async (_, damage) => {
    const { home, gitDir } = await TestBucket.open();
    damage(gitDir);
    for (const open of [openBucket, openOrCreateBucket]) {
      await expect(open(options(home))).rejects.toMatchObject({ code: 'OT_BUCKET_DAMAGED', kind: 'corrupt' });
    }
  });
});
