import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeTree } from '../../../src/git/object-codec.ts';
import type { Oid } from '../../../src/git/ports.ts';
import { fsckFull, parseFsck } from '../../../src/git/program/fsck.ts';
import { initBare, openRepository, type ProgramRepository } from '../../../src/git/program/repository.ts';
import { tempDir, testGit } from '../../support/git-env.ts';
import { blobEntry, commitData } from '../conformance.ts';

const git = testGit();

async function sample(algorithm: 'sha1' | 'sha256' = 'sha1') {
  const gitDir = join(tempDir(), 'with space', 'r.git');
  await initBare(git, gitDir, { algorithm });
  const repository = await openRepository(git, gitDir);
  const batch = repository.objects.batch();
  const entry = blobEntry(batch, 'file', 'content '.repeat(100));
  const tree = batch.put('tree', encodeTree(algorithm, [entry]));
  const commit = batch.put('commit', commitData(tree));
  await batch.commit();
  await repository.refs.transaction([{ name: 'refs/x/a', next: commit, expected: null }]);
  return { repository, blob: entry.oid, tree, commit };
}

/** Path of a loose object, made writable. */
function loose({ gitDir }: ProgramRepository, oid: Oid): string {
  const path = join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
  chmodSync(path, 0o644);
  return path;
}

describe.each(['sha1', 'sha256'] as const)('fsck, %s', (algorithm) => {
  it('finds nothing in a sound repository', async () => {
    const { repository } = await sample(algorithm);
    expect(await fsckFull(git, repository.gitDir)).toEqual([]);
  });

  it('names a damaged object once', async () => {
    const { repository, blob } = await sample(algorithm);
    truncateSync(loose(repository, blob), 10);
    expect(await fsckFull(git, repository.gitDir)).toMatchObject([{ kind: 'corrupt', oid: blob }]);
    truncateSync(loose(repository, blob), 0);
    expect(await fsckFull(git, repository.gitDir)).toMatchObject([{ kind: 'corrupt', oid: blob }]);
  });

  it('names a missing object once', async () => {
    const { repository, tree } = await sample(algorithm);
    rmSync(loose(repository, tree));
    expect(await fsckFull(git, repository.gitDir)).toMatchObject([{ kind: 'missing', oid: tree }]);
  });

  it('names a hand-edited object by the id it is stored under', async () => {
    const { repository, blob } = await sample(algorithm);
    writeFileSync(loose(repository, blob), deflateSync('blob 6\0edited'));
    expect(await fsckFull(git, repository.gitDir)).toMatchObject([{ kind: 'hash_mismatch', oid: blob }]);
  });

  it('names a ref whose commit is gone, and one that holds no id', async () => {
    const { repository, commit } = await sample(algorithm);
    writeFileSync(join(repository.gitDir, 'refs/x/bad'), 'no id\n');
    rmSync(loose(repository, commit));
    const reports = await fsckFull(git, repository.gitDir);
    expect(reports).toHaveLength(2);
    expect(reports).toContainEqual(
      expect.objectContaining({ kind: 'missing', oid: commit, ref: 'refs/x/a' }),
    );
    expect(reports).toContainEqual(expect.objectContaining({ kind: 'ref', ref: 'refs/x/bad' }));
  });

  it('names a commit it died over', async () => {
    const { repository, commit } = await sample(algorithm);
    writeFileSync(loose(repository, commit), 'garbage');
    expect(await fsckFull(git, repository.gitDir)).toMatchObject([{ kind: 'corrupt', oid: commit }]);
  });
});

describe('fsck of packs', () => {
  it('names the object whose bytes are damaged', async () => {
    const { repository } = await sample();
    const pack = await packed(repository);
    const bytes = readFileSync(pack);
    bytes.fill(0x55, bytes.length - 28, bytes.length - 22);
    writeFileSync(pack, bytes);
    const reports = await fsckFull(git, repository.gitDir);
    expect(new Set(reports.map(({ kind }) => kind))).toEqual(new Set(['corrupt']));
    expect(reports.some(({ oid }) => oid !== undefined)).toBe(true);
  });

  it('says it once for a pack that cannot be opened', async () => {
    const { repository, commit } = await sample();
    truncateSync(await packed(repository), 40);
    const reports = await fsckFull(git, repository.gitDir);
    expect(reports.filter(({ kind }) => kind === 'corrupt')).toHaveLength(1);
    expect(reports).toContainEqual(expect.objectContaining({ kind: 'missing', oid: commit }));
  });
});

describe('fsck of content', () => {
  it('reports what breaks the rules of git', async () => {
    const { repository, blob } = await sample();
    const bad = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')]);
    const batch = repository.objects.batch();
    const tree = batch.put('tree', bad);
    await batch.commit();
    await repository.refs.transaction([{ name: 'refs/x/b', next: tree, expected: null }]);
    expect(await fsckFull(git, repository.gitDir)).toMatchObject([{ kind: 'bad', oid: tree }]);
  });

  it('throws when there is nothing it could check', async () => {
    await expect(fsckFull(git, tempDir())).rejects.toMatchObject({ code: 'OT_REPOSITORY_DAMAGED' });
  });

  it('keeps a line it does not know', () => {
    expect(parseFsck('error: something new\nnotice: nothing\n')).toEqual([
      { kind: 'other', message: 'error: something new' },
    ]);
  });
});

/** Path of the only pack after everything was packed, made writable. */
async function packed({ gitDir }: ProgramRepository): Promise<string> {
  await git.run(['repack', '-adq'], { gitDir });
  const folder = join(gitDir, 'objects/pack');
  const pack = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack'))!);
  chmodSync(pack, 0o644);
  return pack;
}
