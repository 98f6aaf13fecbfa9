import { existsSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import * as fsp from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeTree } from '../../../src/git/object-codec.ts';
import type { HashAlgorithm, Oid, TreeEntry } from '../../../src/git/ports.ts';
import { initBare, openRepository, type ProgramRepository } from '../../../src/git/program/repository.ts';
import { tempDir, testGit } from '../../support/git-env.ts';
import { commitData } from '../conformance.ts';

/** Error code that the next writes fail with, after this many writes went well. */
const broken = vi.hoisted(() => ({ code: '', after: 0 }));

function failing(): void {
  if (broken.code === '') return;
  broken.after -= 1;
  if (broken.after < 0) throw Object.assign(new Error('simulated'), { code: broken.code });
}

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeFileSync = (...args: Parameters<typeof fs.writeFileSync>) => {
    failing();
    fs.writeFileSync(...args);
  };
  return { ...fs, writeFileSync };
});

vi.mock('node:fs/promises', async (original) => {
  const promises = await original<typeof fsp>();
  const open = async (...args: Parameters<typeof fsp.open>) => {
    const handle = await promises.open(...args);
    const append = handle.appendFile.bind(handle);
    handle.appendFile = async (...data) => {
      failing();
      return append(...data);
    };
    return handle;
  };
  return { ...promises, open };
});

const git = testGit();

async function create(algorithm: HashAlgorithm = 'sha1'): Promise<ProgramRepository> {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm });
  return openRepository(git, gitDir);
}

/** A commit over a flat tree of `count` blobs, made in one batch and named by a ref. */
async function fill(repository: ProgramRepository, count: number): Promise<Oid> {
  const batch = repository.objects.batch();
  const entries: TreeEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    const oid = batch.put('blob', Buffer.from(`line ${index}\n`.repeat(1 + ((index * 37) % 2_000))));
    entries.push({ mode: '100644', name: `f${index}`, oid });
    await batch.ready();
  }
  const tree = batch.put('tree', encodeTree(repository.algorithm, entries));
  const commit = batch.put('commit', commitData(tree));
  await batch.commit();
  await repository.refs.transaction([{ name: 'refs/x/a', next: commit, expected: null }]);
  return commit;
}

async function assertSound({ gitDir }: ProgramRepository): Promise<void> {
  const args = ['fsck', '--full', '--strict', '--no-progress', '--no-dangling'];
  const { stdout, stderr } = await git.run(args, { gitDir });
  expect(`${stdout}${stderr}`.replace(/^notice: .*\n/gm, '')).toBe('');
}

/** Everything in the object folder but the empty standard folders. */
function objectFiles(gitDir: string): string[] {
  return readdirSync(join(gitDir, 'objects'), { recursive: true })
    .map(String)
    .filter((name) => !['info', 'pack'].includes(name))
    .sort();
}

beforeEach(() => {
  broken.code = '';
});

describe.each(['sha1', 'sha256'] as const)('a batch on disk, %s', (algorithm) => {
  it('writes few objects as loose files', async () => {
    const repository = await create(algorithm);
    await fill(repository, 20);
    expect(readdirSync(join(repository.gitDir, 'objects/pack'))).toEqual([]);
    expect(objectFiles(repository.gitDir).filter((name) => name.includes('/'))).toHaveLength(22);
    await assertSound(repository);
  });

  it('writes many objects as one pack that git verifies', async () => {
    const repository = await create(algorithm);
    const commit = await fill(repository, 700);
    const names = readdirSync(join(repository.gitDir, 'objects/pack'));
    expect(names.map((name) => name.replace(/[0-9a-f]{40,64}/, '*')).sort()).toEqual([
      'pack-*.idx',
      'pack-*.pack',
    ]);
    const index = join(repository.gitDir, 'objects/pack', names.find((name) => name.endsWith('.idx'))!);
    const verified = await git.text(['verify-pack', '-v', index], { gitDir: repository.gitDir });
    expect(verified).toContain('non delta: 702 objects');
    await assertSound(repository);
    const last = await repository.objects.readPath(commit, 'f699');
    expect(last?.data.toString()).toMatch(/^line 699\n/);
    await repository.objects.close();
  });

  it('survives a repack with fresh deltas', async () => {
    const repository = await create(algorithm);
    const commit = await fill(repository, 300);
    await git.run(['repack', '-adfq'], { gitDir: repository.gitDir });
    expect(await repository.objects.readTree(commit)).toHaveLength(300);
    await assertSound(repository);
    await repository.objects.close();
  });
});

describe('what a batch leaves behind', () => {
  it('is nothing after abort, few or many', async () => {
    const repository = await create();
    for (const count of [5, 400]) {
      const batch = repository.objects.batch();
      for (let index = 0; index < count; index += 1) batch.put('blob', Buffer.alloc(20_000, `${index} `));
      await batch.ready();
      await batch.abort();
    }
    expect(objectFiles(repository.gitDir)).toEqual([]);
  });

  it.each([
    ['ENOSPC', 'OT_DISK_FULL'],
    ['EDQUOT', 'OT_DISK_FULL'],
    ['EROFS', 'OT_READ_ONLY'],
    ['EACCES', 'OT_READ_ONLY'],
    ['EIO', 'OT_WRITE_FAILED'],
  ])('is nothing after %s, and the error says so', async (code, expected) => {
    for (const [count, after] of [
      [10, 4],
      [400, 1],
    ] as const) {
      const repository = await create();
      const batch = repository.objects.batch();
      for (let index = 0; index < count; index += 1) batch.put('blob', noise(9_000, index));
      broken.code = code;
      broken.after = after;
      const error = await batch.commit().catch((caught: unknown) => caught);
      broken.code = '';
      expect(error).toMatchObject({ name: 'OtError', code: expected, hint: expect.stringMatching(/\w/) });
      expect(objectFiles(repository.gitDir)).toEqual([]);
      await fill(repository, 5);
      await assertSound(repository);
    }
  });

  it('is an error at ready when the disk fills while objects come in', async () => {
    const repository = await create();
    const batch = repository.objects.batch();
    broken.code = 'ENOSPC';
    broken.after = 2;
    const error = await (async () => {
      for (let index = 0; index < 2_000; index += 1) {
        batch.put('blob', noise(60_000, index));
        await batch.ready();
      }
    })().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'OT_DISK_FULL' });
    expect(() => batch.put('blob', Buffer.from('x'))).toThrow(
      expect.objectContaining({ code: 'OT_BATCH_CLOSED' }),
    );
    await batch.abort();
    expect(objectFiles(repository.gitDir)).toEqual([]);
  });

  it('is not in the way of another process with the same number', async () => {
    const repository = await create();
    for (let number = 0; number < 60; number += 1) {
      mkdirSync(join(repository.gitDir, 'objects', `tmp_objdir-incoming-${process.pid}-${number}`));
    }
    await fill(repository, 3);
    await assertSound(repository);
  });
});

describe('objects that are there already', () => {
  it('keep their file, and an empty one is replaced', async () => {
    const repository = await create();
    const put = async (): Promise<string> => {
      const batch = repository.objects.batch();
      const oid = batch.put('blob', Buffer.from('once'));
      await batch.commit();
      return join(repository.gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
    };
    const file = await put();
    const before = statSync(file);
    await put();
    expect(statSync(file).ino).toBe(before.ino);
    await fsp.chmod(file, 0o644);
    truncateSync(file);
    await put();
    expect(statSync(file).size).toBe(before.size);
    await assertSound(repository);
    expect(existsSync(file)).toBe(true);
  });
});

/** Bytes that do not compress, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed + 1;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
