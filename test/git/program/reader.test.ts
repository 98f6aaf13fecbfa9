import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTree, hashObject } from '../../../src/git/object-codec.ts';
import type { Oid } from '../../../src/git/ports.ts';
import { type BodyPlan, ReplyParser } from '../../../src/git/program/reply-parser.ts';
import { initBare, openRepository, type ProgramRepository } from '../../../src/git/program/repository.ts';
import { gitProgram } from '../../../src/git/spawn.ts';
import { hermeticEnv, tempDir, testGit } from '../../support/git-env.ts';
import { blobEntry, commitData, write } from '../conformance.ts';

const git = testGit();

async function create(): Promise<ProgramRepository> {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm: 'sha1' });
  return openRepository(git, gitDir);
}

interface Sample {
  readonly commit: Oid;
  readonly tree: Oid;
  readonly folder: Oid;
  readonly blob: Oid;
}

/** A commit with `folder/file`. */
async function sample(repository: ProgramRepository): Promise<Sample> {
  const batch = repository.objects.batch();
  const entry = blobEntry(batch, 'file', 'content '.repeat(400));
  const folder = batch.put('tree', encodeTree('sha1', [entry]));
  const tree = batch.put('tree', encodeTree('sha1', [{ mode: '40000', name: 'folder', oid: folder }]));
  const commit = batch.put('commit', commitData(tree));
  await batch.commit();
  await repository.refs.transaction([{ name: 'refs/x/a', next: commit, expected: null }]);
  return { commit, tree, folder, blob: entry.oid };
}

function loose({ gitDir }: ProgramRepository, oid: Oid): string {
  const path = join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
  if (existsSync(path)) chmodSync(path, 0o644);
  return path;
}

const damage: ReadonlyArray<readonly [string, (path: string) => void]> = [
  ['cut off', (path) => truncateSync(path, 10)],
  ['emptied', (path) => truncateSync(path, 0)],
  ['overwritten', (path) => writeFileSync(path, 'no zlib stream at all')],
];

describe('a damaged loose object', () => {
  it.each(damage)('%s is told from a missing one', async (_, harm) => {
    const repository = await create();
    const { blob, commit, folder } = await sample(repository);
    const { objects } = repository;
    const corrupt = { code: 'OT_OBJECT_CORRUPT', kind: 'corrupt' };
    harm(loose(repository, blob));
    await expect(objects.read(blob)).rejects.toMatchObject(corrupt);
    await expect(objects.info(blob)).rejects.toMatchObject(corrupt);
    await expect(objects.readPath(commit, 'folder/file')).rejects.toMatchObject(corrupt);
    await expect(objects.resolve(commit, 'folder/file')).rejects.toMatchObject(corrupt);
    expect(await objects.info(folder)).toMatchObject({ type: 'tree' });
    harm(loose(repository, folder));
    await expect(objects.resolve(commit, 'folder/file')).rejects.toMatchObject(corrupt);
    await expect(objects.resolve(commit, 'folder')).rejects.toMatchObject(corrupt);
    rmSync(loose(repository, folder));
    await expect(objects.resolve(commit, 'folder/file')).rejects.toMatchObject({ code: 'OT_OBJECT_MISSING' });
    expect(await objects.resolve(commit, 'other')).toBeNull();
    await objects.close();
  });

  it('does not take the answers of other requests with it', async () => {
    const repository = await create();
    const { blob, commit, folder, tree } = await sample(repository);
    const { objects } = repository;
    truncateSync(loose(repository, blob), 10);
    const asked = [commit, blob, tree, blob, folder, 'f'.repeat(40)];
    const outcomes = await Promise.allSettled(asked.map((oid) => objects.read(oid)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(outcomes[5]).toMatchObject({ value: null });
    await objects.close();
  });

  it('is found when it is the tree of a commit', async () => {
    const repository = await create();
    const { commit, tree } = await sample(repository);
    truncateSync(loose(repository, tree), 5);
    await expect(repository.objects.readTree(commit)).rejects.toMatchObject({ code: 'OT_OBJECT_CORRUPT' });
    await expect(repository.objects.resolve(commit, 'folder')).rejects.toMatchObject({
      code: 'OT_OBJECT_CORRUPT',
    });
    rmSync(loose(repository, tree));
    await expect(repository.objects.readTree(commit)).rejects.toMatchObject({ code: 'OT_OBJECT_MISSING' });
    await repository.objects.close();
  });
});

describe('a damaged pack', () => {
  it('is told from a missing object', async () => {
    const repository = await create();
    const { blob, commit } = await sample(repository);
    await git.run(['repack', '-adq'], { gitDir: repository.gitDir });
    const folder = join(repository.gitDir, 'objects/pack');
    const pack = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack'))!);
    const listed = await git.text(['verify-pack', '-v', pack.replace(/pack$/, 'idx')], {
      gitDir: repository.gitDir,
    });
    const offset = Number(
      listed
        .split('\n')
        .find((line) => line.startsWith(blob))!
        .split(/ +/)[4],
    );
    const bytes = readFileSync(pack);
    bytes.fill(0x55, offset + 4, offset + 12);
    chmodSync(pack, 0o644);
    writeFileSync(pack, bytes);
    const { objects } = repository;
    await expect(objects.read(blob)).rejects.toMatchObject({ code: 'OT_OBJECT_CORRUPT' });
    expect(await objects.read('f'.repeat(40))).toBeNull();
    expect(await objects.read(commit)).not.toBeNull();
    await objects.close();
  });
});

describe('the child behind the reader', () => {
  it('sees objects and packs that came after it started', async () => {
    const repository = await create();
    const { blob } = await sample(repository);
    expect(await repository.objects.read(blob)).not.toBeNull();
    const later = await write(repository, (batch) => batch.put('blob', Buffer.from('later')));
    expect((await repository.objects.read(later))?.data.toString()).toBe('later');
    await git.run(['repack', '-adq'], { gitDir: repository.gitDir });
    expect(await repository.objects.read(blob)).not.toBeNull();
    await repository.objects.close();
  });

  it('answers everything asked before close, and starts again afterwards', async () => {
    const repository = await create();
    const { blob } = await sample(repository);
    const asked = Array.from({ length: 50 }, () => repository.objects.read(blob));
    await repository.objects.close();
    expect((await Promise.all(asked)).every((object) => object?.type === 'blob')).toBe(true);
    expect(await repository.objects.read(blob)).not.toBeNull();
    await repository.objects.close();
  });

  it('is an error by name when git is not there or the repository is gone', async () => {
    const repository = await create();
    const { blob } = await sample(repository);
    const absent = gitProgram({ env: hermeticEnv(), path: join(tempDir(), 'no-git') });
    const blind = await openRepository(absent, repository.gitDir);
    await expect(Promise.all([blind.objects.read(blob), blind.objects.info(blob)])).rejects.toMatchObject({
      code: 'OT_GIT_MISSING',
    });
    rmSync(join(repository.gitDir, 'HEAD'));
    const outcomes = await Promise.allSettled([repository.objects.read(blob), repository.objects.info(blob)]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'OT_REPOSITORY_DAMAGED' } });
  });

  it('survives being killed: the next request starts another', async () => {
    const repository = await create();
    const { blob } = await sample(repository);
    const children: number[] = [];
    const watched = {
      ...git,
      start: (...args: Parameters<typeof git.start>) => {
        const child = git.start(...args);
        children.push(child.pid!);
        return child;
      },
    };
    const { objects } = await openRepository(watched, repository.gitDir);
    expect(await objects.read(blob)).not.toBeNull();
    process.kill(children[0]!, 'SIGKILL');
    await expect.poll(async () => (await objects.read(blob).catch(() => null))?.type).toBe('blob');
    expect(children).toHaveLength(2);
    await objects.close();
  });

  it('reads a hand-edited object as it is: only fsck looks at the hash', async () => {
    const repository = await create();
    const { blob } = await sample(repository);
    writeFileSync(loose(repository, blob), deflateSync('blob 6\0edited'));
    const edited = await repository.objects.read(blob);
    expect(edited?.data.toString()).toBe('edited');
    expect(hashObject('sha1', 'blob', edited!.data)).not.toBe(blob);
    await repository.objects.close();
  });
});

describe('replies', () => {
  it('parse the same however the stream is cut', () => {
    const reply = fc.record({ body: fc.uint8Array({ maxLength: 50 }), keep: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (replies, cuts) => {
          const stream = Buffer.concat(
            replies.flatMap(({ body, keep }, index) => [
              Buffer.from(`h${index} ${keep}\n`),
              body,
              Buffer.from('\n'),
            ]),
          );
          const seen: Buffer[] = [];
          let headers = 0;
          const parser = new ReplyParser({
            header: (line): BodyPlan => {
              const { body, keep } = replies[headers]!;
              expect(line).toBe(`h${headers} ${keep}`);
              headers += 1;
              return { size: body.length, keep };
            },
            body: (data) => seen.push(data),
          });
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const step = cuts[turn % cuts.length]!;
            parser.push(stream.subarray(at, at + step));
            at += step;
          }
          expect(headers).toBe(replies.length);
          expect(seen.map((data) => [...data])).toEqual(
            replies.map(({ body, keep }) => (keep ? [...body] : [])),
          );
        },
      ),
      { numRuns: 300, seed: 20_260_102 },
    );
  });
});
