import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turnOfEvents } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../src/git/ports.ts';
import { programHistory } from '../../../src/git/program/history.ts';
import { countObjects, needsRepack, packRefs, repack } from '../../../src/git/program/maintenance.ts';
import { initBare, openRepository, type ProgramRepository } from '../../../src/git/program/repository.ts';
import { isRefName } from '../../../src/git/ref-name.ts';
import { tempDir, testGit } from '../../support/git-env.ts';
import { commitData, write } from '../conformance.ts';

const git = testGit();

async function create(): Promise<ProgramRepository> {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm: 'sha1' });
  return openRepository(git, gitDir);
}

/** A chain of commits over the empty tree, oldest first. */
async function chain(repository: ProgramRepository, length: number): Promise<Oid[]> {
  const commits: Oid[] = [];
  for (let index = 0; index < length; index += 1) {
    commits.push(
      await write(repository, (batch) => {
        const tree = batch.put('tree', Buffer.alloc(0));
        return batch.put('commit', commitData(tree, commits.slice(-1), `${index}`));
      }),
    );
  }
  return commits;
}

describe('refs on disk', () => {
  it('are what for-each-ref says, loose and packed mixed', async () => {
    const repository = await create();
    const [first, second] = (await chain(repository, 2)) as [Oid, Oid];
    const names = Array.from({ length: 30 }, (_, index) => `refs/x/${index % 5}/${index}`);
    await repository.refs.transaction(names.map((name) => ({ name, next: first, expected: null })));
    await packRefs(git, repository.gitDir);
    await repository.refs.transaction([
      { name: 'refs/x/0/0', next: second, expected: first },
      { name: 'refs/x/1/1', next: null, expected: first },
      { name: 'refs/x/9/new', next: second, expected: null },
    ]);
    const format = '--format=%(objectname) %(refname)';
    const listed = await git.text(['for-each-ref', format, 'refs/x/'], { gitDir: repository.gitDir });
    const ours = (await repository.refs.list('refs/x/')).map(({ name, oid }) => `${oid} ${name}`);
    expect(ours).toEqual(listed.split('\n').filter(Boolean));
  });

  it('are never missed while refs are packed beside', { timeout: 60_000 }, async () => {
    const repository = await create();
    const [commit] = (await chain(repository, 1)) as [Oid];
    const names = Array.from({ length: 20 }, (_, index) => `refs/x/${index}`);
    await repository.refs.transaction(names.map((name) => ({ name, next: commit, expected: null })));
    let packing = true;
    const packer = (async () => {
      for (let turn = 0; turn < 15; turn += 1) {
        await packRefs(git, repository.gitDir);
        for (const name of names) writeFileSync(join(repository.gitDir, name), `${commit}\n`);
      }
      packing = false;
    })();
    while (packing) {
      expect(await repository.refs.list('refs/x/')).toHaveLength(20);
      expect(await repository.refs.read('refs/x/7')).toBe(commit);
      await turnOfEvents();
    }
    await packer;
  });

  it('that hold no id are loud', async () => {
    const repository = await create();
    const [commit] = (await chain(repository, 1)) as [Oid];
    await repository.refs.transaction([{ name: 'refs/x/good', next: commit, expected: null }]);
    for (const content of ['', 'no id\n', `${commit.slice(1)}\n`, 'ref: refs/x/good\n']) {
      writeFileSync(join(repository.gitDir, 'refs/x/bad'), content);
      const corrupt = { code: 'OT_REF_CORRUPT', message: expect.stringContaining('refs/x/bad') };
      await expect(repository.refs.read('refs/x/bad')).rejects.toMatchObject(corrupt);
      await expect(repository.refs.list('refs/x/')).rejects.toMatchObject(corrupt);
      expect(await repository.refs.scan('refs/x/')).toEqual({
        refs: [{ name: 'refs/x/good', oid: commit }],
        broken: ['refs/x/bad'],
      });
    }
  });

  it('that are locked are a conflict to try again', async () => {
    const repository = await create();
    const [commit] = (await chain(repository, 1)) as [Oid];
    const lock = join(repository.gitDir, 'refs/x/a.lock');
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, '');
    const edit = { name: 'refs/x/a', next: commit, expected: null };
    await expect(repository.refs.transaction([edit])).rejects.toMatchObject({
      code: 'OT_REF_CONFLICT',
      retryable: true,
      hint: expect.stringContaining('lock'),
    });
    expect(await repository.refs.list('refs/')).toEqual([]);
  });

  it('keep no log of what they were', async () => {
    const repository = await create();
    const [first, second] = (await chain(repository, 2)) as [Oid, Oid];
    await repository.refs.transaction([{ name: 'refs/heads/x', next: first, expected: null }]);
    await repository.refs.transaction([{ name: 'refs/heads/x', next: second, expected: first }]);
    expect(() => readFileSync(join(repository.gitDir, 'logs/refs/heads/x'))).toThrow();
  });
});

describe('ref names', () => {
  it('are judged as git judges them', async () => {
    const parts = [
      'a',
      '.a',
      'a.',
      'a.lock',
      'a..b',
      'a b',
      'a~',
      'a^1',
      'a:b',
      'a?',
      'a*',
      'a[',
      'a\\b',
      '@{',
      'a@b',
      '-a',
      'é',
      '@',
      'a\x7f',
      '{',
      'lock',
      'a.lockx',
    ];
    for (const part of parts) {
      for (const name of [`refs/${part}`, `refs/${part}/b`, `refs/x/${part}`]) {
        const { code } = await git.run(['check-ref-format', name], { okCodes: [0, 1] });
        expect([name, isRefName(name)]).toEqual([name, code === 0]);
      }
    }
    for (const name of ['refs/', 'refs//a', 'refs/a/', '/refs/a', 'heads/a', 'HEAD', '']) {
      expect([name, isRefName(name)]).toEqual([name, false]);
    }
  });
});

describe('history and maintenance', () => {
  it('knows ancestors', async () => {
    const repository = await create();
    const [first, second] = (await chain(repository, 2)) as [Oid, Oid];
    const history = programHistory(git, repository.gitDir, 'sha1');
    expect(await history.isAncestor(first, second)).toBe(true);
    expect(await history.isAncestor(second, first)).toBe(false);
    expect(await history.isAncestor(first, first)).toBe(true);
    await expect(history.isAncestor('--all', first)).rejects.toMatchObject({ code: 'OT_OBJECT_ID' });
    await expect(history.isAncestor(first, 'f'.repeat(40))).rejects.toMatchObject({ code: 'OT_GIT_FAILED' });
  });

  it('counts objects and repacks when there are too many packs', async () => {
    const repository = await create();
    const commits = await chain(repository, 3);
    await repository.refs.transaction([{ name: 'refs/x/a', next: commits.at(-1)!, expected: null }]);
    const lost = await write(repository, (batch) => batch.put('blob', Buffer.from('reached by nothing yet')));
    expect(await countObjects(git, repository.gitDir)).toMatchObject({
      looseObjects: 5,
      packs: 0,
      garbage: 0,
    });
    expect(await needsRepack(git, repository.gitDir)).toBe(false);
    expect(await needsRepack(git, repository.gitDir, { looseBytes: 1000 })).toBe(true);
    await repack(git, repository.gitDir);
    expect(await countObjects(git, repository.gitDir)).toMatchObject({
      packs: 1,
      packedObjects: 4,
      looseObjects: 1,
    });
    expect(await repository.objects.read(lost)).not.toBeNull();
    expect(await needsRepack(git, repository.gitDir, { packs: 0 })).toBe(true);
    await repack(git, repository.gitDir, { reuseDeltas: true });
    expect(await repository.objects.read(lost)).not.toBeNull();
    await repository.objects.close();
  });
});
