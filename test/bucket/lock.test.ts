import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/base/platform.ts';
import { acquireLock, withLock } from '../../src/bucket/lock.ts';
import { tempDir } from '../support/git-env.ts';
import { testPlatform } from '../support/platform.ts';

describe('the bucket lock', () => {
  it('lets one writer in at a time', async () => {
    const directory = tempDir();
    let inside = 0;
    let most = 0;
    const work = async (platform: Platform): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) {
        await withLock(directory, platform, async () => {
          inside += 1;
          most = Math.max(most, inside);
          await platform.sleep(1);
          inside -= 1;
        });
      }
    };
    await Promise.all(Array.from({ length: 6 }, () => work(testPlatform())));
    expect(most).toBe(1);
    expect((await readdir(directory)).filter((name) => name.startsWith('lock.'))).toHaveLength(1);
  });

  it('names the holder when the wait is over', async () => {
    const directory = tempDir();
    const platform = testPlatform();
    const held = await acquireLock(directory, platform);
    await expect(acquireLock(directory, platform, { waitMs: 30 })).rejects.toMatchObject({
      code: 'OT_BUCKET_LOCKED',
      kind: 'conflict',
      retryable: true,
      message: expect.stringContaining(String(platform.pid)),
    });
    await held.release();
    await (await acquireLock(directory, platform, { waitMs: 0 })).release();
  });

  it('says so when the folder goes while it is waited for', async () => {
    const directory = join(tempDir(), 'home');
    await mkdir(directory);
    await acquireLock(directory, testPlatform());
    const platform = { ...testPlatform(), sleep: () => rm(directory, { recursive: true, force: true }) };
    await expect(acquireLock(directory, platform)).rejects.toMatchObject({ code: 'OT_NO_BUCKET' });
  });

  it('survives a killed holder at once', async () => {
    const directory = tempDir();
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const platform = testPlatform();
    const start = platform.processStart(child.pid!);
    await writeFile(join(directory, 'lock.7'), `${child.pid} ${start} ${platform.machineId}\n`);
    await expect(acquireLock(directory, platform, { waitMs: 20 })).rejects.toMatchObject({
      code: 'OT_BUCKET_LOCKED',
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await (await acquireLock(directory, platform, { waitMs: 0 })).release();
    expect(await readdir(directory)).toEqual(['lock.8']);
  });

  it('does not take a recycled pid for the holder', async () => {
    const directory = tempDir();
    const platform = testPlatform();
    await writeFile(join(directory, 'lock.1'), `${platform.pid} another-start ${platform.machineId}\n`);
    await (await acquireLock(directory, platform, { waitMs: 0 })).release();
  });

  it('steps back when its number was used and swept meanwhile', async () => {
    const directory = tempDir();
    const platform = testPlatform();
    await writeFile(join(directory, 'lock.5'), '');
    const slow = testPlatform();
    const held = await acquireLock(directory, platform);
    await expect(acquireLock(directory, slow, { waitMs: 10 })).rejects.toMatchObject({
      code: 'OT_BUCKET_LOCKED',
    });
    expect(await readdir(directory)).toEqual(['lock.6']);
    await held.release();
  });
});

describe('a lock that cannot be had', () => {
  it('says once what a long wait is for, and to whom it is told', async () => {
    const directory = tempDir();
    await writeFile(join(directory, 'lock.3'), '77 - another-machine\n');
    let time = 0;
    const lines: string[] = [];
    const waiting = (waitMs: number, notice?: (line: string) => void) => {
      const platform = {
        ...testPlatform(),
        now: () => new Date(time),
        sleep: async () => {
          time += 500;
        },
        ...(notice === undefined ? {} : { notice }),
      };
      return expect(acquireLock(directory, platform, { waitMs })).rejects.toMatchObject({
        code: 'OT_BUCKET_LOCKED',
      });
    };
    await waiting(1_500, (line) => lines.push(line));
    expect(lines).toEqual([]);
    await waiting(10_000);
    await waiting(10_000, (line) => lines.push(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^waiting: .*77 on another machine.*delete .*lock\.3$/);
  });

  it.each([
    ['a folder', (path: string) => mkdir(path)],
    ['a link', (path: string) => symlink('nowhere', path)],
  ])('says by name when %s has the name of a lock', async (_, make) => {
    for (const name of ['lock.1', 'lock.99999']) {
      const directory = tempDir();
      await make(join(directory, name));
      await writeFile(join(directory, 'lock.2'), '');
      await expect(acquireLock(directory, testPlatform(), { waitMs: 0 })).rejects.toMatchObject({
        code: 'OT_LOCK_BROKEN',
        kind: 'usage',
        message: expect.stringContaining(name),
        hint: expect.stringContaining('remove'),
      });
    }
  });
});
