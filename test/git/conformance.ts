/** What every implementation of the git ports promises; run by `conformance.test.ts` on each of them. */
import { describe, expect, it } from 'vitest';
import { type Commit, encodeCommit, encodeTree, hashObject } from '../../src/git/object-codec.ts';
import type {
  HashAlgorithm,
  ObjectBatch,
  ObjectReader,
  Oid,
  RefReader,
  Repository,
  TreeEntry,
} from '../../src/git/ports.ts';

export interface ReadSide {
  readonly objects: ObjectReader;
  readonly refs: RefReader;
}

export interface Subject {
  readonly algorithm: HashAlgorithm;
  /** An empty repository to write. */
  create(): Promise<Repository>;
  /** Reads what was written; a repository of its own kind when it is left out. */
  open?(repository: Repository): Promise<ReadSide>;
  /** Moves all refs into `packed-refs`, where there is such a thing. */
  packRefs?(repository: Repository): Promise<void>;
}

const PERSON = {
  name: 'A Tester',
  email: 'tester@example.invalid',
  seconds: 1_700_000_000,
  timezone: '+0130',
};

export function commitData(tree: Oid, parents: readonly Oid[] = [], message = 'message\n'): Buffer {
  return encodeCommit({ tree, parents, author: PERSON, committer: PERSON, message } satisfies Commit);
}

/** Puts one object and makes it durable. */
export async function write(repository: Repository, fill: (batch: ObjectBatch) => Oid): Promise<Oid> {
  const batch = repository.objects.batch();
  const oid = fill(batch);
  await batch.commit();
  return oid;
}

export function blobEntry(batch: ObjectBatch, name: string, content: string | Buffer): TreeEntry {
  return { mode: '100644', name, oid: batch.put('blob', Buffer.from(content)) };
}

/** A commit with `a file.txt`, `folder/näme/深い.txt` and an empty file. */
async function sample(repository: Repository): Promise<{ commit: Oid; tree: Oid; deep: Oid }> {
  const { algorithm } = repository;
  const batch = repository.objects.batch();
  const deep = batch.put('blob', Buffer.from('deep\n'));
  const inner = batch.put('tree', encodeTree(algorithm, [{ mode: '100755', name: '深い.txt', oid: deep }]));
  const folder = batch.put('tree', encodeTree(algorithm, [{ mode: '40000', name: 'näme', oid: inner }]));
  const entries: TreeEntry[] = [
    { mode: '40000', name: 'folder', oid: folder },
    blobEntry(batch, 'a file.txt', 'plain\n'),
    blobEntry(batch, 'empty', ''),
    { mode: '160000', name: 'module', oid: hashObject(algorithm, 'commit', Buffer.from('elsewhere')) },
  ];
  const tree = batch.put('tree', encodeTree(algorithm, entries));
  const commit = batch.put('commit', commitData(tree));
  await batch.commit();
  return { commit, tree, deep };
}

export function conformance(name: string, subject: Subject): void {
  const open = async (repository: Repository): Promise<ReadSide> =>
    subject.open === undefined ? repository : subject.open(repository);
  describe(name, () => {
    describe('objects', () => objectSuite(subject, open));
    describe('paths', () => pathSuite(subject, open));
    describe('batches', () => batchSuite(subject, open));
    describe('refs', () => refSuite(subject, open));
    describe('transactions', () => transactionSuite(subject));
  });
}

type Open = (repository: Repository) => Promise<ReadSide>;

function objectSuite({ create, algorithm }: Subject, open: Open): void {
  it('gives back every type of object', async () => {
    const repository = await create();
    const { commit, tree, deep } = await sample(repository);
    const tag = await write(repository, (batch) =>
      batch.put('tag', Buffer.from(`object ${commit}\ntype commit\ntag v1\ntagger T <t@x> 1 +0000\n\nhi\n`)),
    );
    const { objects } = await open(repository);
    const types = await Promise.all(
      [commit, tree, deep, tag].map(async (oid) => (await objects.read(oid))?.type),
    );
    expect(types).toEqual(['commit', 'tree', 'blob', 'tag']);
    expect((await objects.read(commit))?.data).toEqual(commitData(tree));
    expect(await objects.info(deep)).toMatchObject({ oid: deep, type: 'blob', size: 5 });
    await objects.close();
  });

  it('keeps an empty blob and one of five megabytes', async () => {
    const repository = await create();
    const large = Buffer.alloc(5 * 1024 * 1024, 'All work and no play. ');
    const batch = repository.objects.batch();
    const ids = [batch.put('blob', Buffer.alloc(0)), batch.put('blob', large)] as const;
    await batch.commit();
    const { objects } = await open(repository);
    expect((await objects.read(ids[0]))?.data).toHaveLength(0);
    expect((await objects.read(ids[1]))?.data.equals(large)).toBe(true);
    expect(await objects.info(ids[1])).toMatchObject({ size: large.length });
    await objects.close();
  });

  it('answers many questions at once, in the order they were asked', async () => {
    const repository = await create();
    const batch = repository.objects.batch();
    const contents = Array.from({ length: 300 }, (_, index) => `${index}\n`.repeat((index * 7) % 900));
    const ids = contents.map((content) => batch.put('blob', Buffer.from(content)));
    await batch.commit();
    const { objects } = await open(repository);
    const absent = hashObject(algorithm, 'blob', Buffer.from('never written'));
    const asked = ids.flatMap((oid) => [objects.read(oid), objects.info(oid), objects.read(absent)]);
    const answers = await Promise.all(asked);
    contents.forEach((content, index) => {
      expect((answers[index * 3] as { data: Buffer }).data.toString()).toBe(content);
      expect(answers[index * 3 + 1]).toMatchObject({ oid: ids[index], size: content.length });
      expect(answers[index * 3 + 2]).toBeNull();
    });
    await objects.close();
  });

  it('has null for what is missing and an error for what is no id', async () => {
    const repository = await create();
    const { objects } = await open(repository);
    const absent = 'a'.repeat(algorithm === 'sha1' ? 40 : 64);
    expect(await objects.read(absent)).toBeNull();
    expect(await objects.info(absent)).toBeNull();
    expect(await objects.resolve(absent, 'x')).toBeNull();
    expect(await objects.probe(absent, 'x')).toBeNull();
    for (const bad of [
      '',
      'HEAD',
      'a'.repeat(39),
      `${absent}\ninfo HEAD`,
      absent.toUpperCase(),
      `${absent}0`,
    ]) {
      await expect(objects.read(bad)).rejects.toMatchObject({ code: 'OT_OBJECT_ID' });
    }
    await objects.close();
    await objects.close();
  });
}

function pathSuite({ create, algorithm }: Subject, open: Open): void {
  it('finds objects by path below a commit and below a tree', async () => {
    const repository = await create();
    const { commit, tree, deep } = await sample(repository);
    const { objects } = await open(repository);
    for (const root of [commit, tree]) {
      expect(await objects.resolve(root, '')).toMatchObject({ oid: tree, type: 'tree' });
      expect(await objects.resolve(root, 'folder/näme/深い.txt')).toMatchObject({ oid: deep, size: 5 });
      expect(await objects.probe(root, 'folder/näme/深い.txt')).toMatchObject({ oid: deep, size: 5 });
      expect(await objects.probe(root, 'folder/none')).toBeNull();
      expect((await objects.readPath(root, 'folder/näme/深い.txt'))?.data.toString()).toBe('deep\n');
      expect((await objects.readPath(root, 'a file.txt'))?.data.toString()).toBe('plain\n');
      expect((await objects.readPath(root, 'folder'))?.type).toBe('tree');
    }
    await objects.close();
  });

  it('has null for a path that is not there', async () => {
    const repository = await create();
    const { commit, deep } = await sample(repository);
    const { objects } = await open(repository);
    for (const path of [
      'none',
      'folder/none',
      'a file.txt/below',
      'folder/näme/深い',
      'module',
      'module/x',
    ]) {
      expect(await objects.resolve(commit, path)).toBeNull();
      expect(await objects.readPath(commit, path)).toBeNull();
    }
    expect(await objects.resolve(deep, 'x')).toBeNull();
    expect(await objects.resolve(deep, '')).toBeNull();
    for (const bad of ['/a', 'a/', 'a//b', './a', 'folder/../a', 'a\nb']) {
      await expect(objects.resolve(commit, bad)).rejects.toMatchObject({ code: 'OT_TREE_PATH' });
    }
    await objects.close();
  });

  it('reads trees, peels commits, and says when there is neither', async () => {
    const repository = await create();
    const { commit, tree, deep } = await sample(repository);
    const { objects } = await open(repository);
    const names = ['a file.txt', 'empty', 'folder', 'module'];
    expect((await objects.readTree(tree)).map((entry) => entry.name)).toEqual(names);
    expect(await objects.readTree(commit)).toEqual(await objects.readTree(tree));
    await expect(objects.readTree(deep)).rejects.toMatchObject({ code: 'OT_OBJECT_TYPE' });
    const absent = hashObject(algorithm, 'tree', Buffer.from('absent'));
    await expect(objects.readTree(absent)).rejects.toMatchObject({ code: 'OT_OBJECT_MISSING' });
    await objects.close();
  });

  it('tells a hole in a tree from a path that is not there', async () => {
    const repository = await create();
    const hole = hashObject(algorithm, 'tree', Buffer.from('hole'));
    const root = await write(repository, (batch) =>
      batch.put('tree', encodeTree(algorithm, [{ mode: '40000', name: 'hole', oid: hole }])),
    );
    const { objects } = await open(repository);
    await expect(objects.resolve(root, 'hole/below')).rejects.toMatchObject({ code: 'OT_OBJECT_MISSING' });
    expect(await objects.resolve(root, 'hole')).toBeNull();
    await objects.close();
  });
}

function batchSuite({ create, algorithm }: Subject, open: Open): void {
  it('counts an object once however often it is put', async () => {
    const repository = await create();
    const batch = repository.objects.batch();
    const ids = Array.from({ length: 3 }, () => batch.put('blob', Buffer.from('same')));
    expect(new Set(ids)).toEqual(new Set([hashObject(algorithm, 'blob', Buffer.from('same'))]));
    expect(await batch.commit()).toEqual({ objects: 1, bytes: 4 });
    const again = repository.objects.batch();
    again.put('blob', Buffer.from('same'));
    await again.commit();
    const { objects } = await open(repository);
    expect((await objects.read(ids[0]!))?.data.toString()).toBe('same');
    await objects.close();
  });

  it('leaves nothing of a batch that was given up', async () => {
    const repository = await create();
    const batch = repository.objects.batch();
    const ids = Array.from({ length: 400 }, (_, index) => batch.put('blob', Buffer.from(`gone ${index}`)));
    await batch.ready();
    await batch.abort();
    await batch.abort();
    const { objects } = await open(repository);
    expect(await Promise.all(ids.map((oid) => objects.info(oid)))).toEqual(ids.map(() => null));
    expect(() => batch.put('blob', Buffer.from('late'))).toThrow(
      expect.objectContaining({ code: 'OT_BATCH_CLOSED' }),
    );
    await objects.close();
  });

  it('cannot be used after its commit', async () => {
    const repository = await create();
    const batch = repository.objects.batch();
    expect(await batch.commit()).toEqual({ objects: 0, bytes: 0 });
    expect(() => batch.put('blob', Buffer.from('x'))).toThrow(
      expect.objectContaining({ code: 'OT_BATCH_CLOSED' }),
    );
    await expect(batch.commit()).rejects.toMatchObject({ code: 'OT_BATCH_CLOSED' });
  });

  it('makes batches side by side', async () => {
    const repository = await create();
    const made = await Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        const batch = repository.objects.batch();
        const ids = Array.from({ length: 150 }, (_, index) =>
          batch.put('blob', Buffer.from(`${index % 2 === 0 ? 'shared' : writer} ${index}`)),
        );
        await batch.ready();
        await batch.commit();
        return ids;
      }),
    );
    const { objects } = await open(repository);
    const infos = await Promise.all(made.flat().map((oid) => objects.info(oid)));
    expect(infos.filter((info) => info === null)).toEqual([]);
    await objects.close();
  });
}

function refSuite({ create, packRefs }: Subject, open: Open): void {
  const names = ['refs/a/b/one', 'refs/a/b/two', 'refs/a/b/deep/er', 'refs/a/bc/other', 'refs/z'];

  for (const packed of packRefs === undefined ? [false] : [false, true]) {
    it(`lists exactly what is below a prefix${packed ? ', packed' : ''}`, async () => {
      const repository = await create();
      const { commit } = await sample(repository);
      await repository.refs.transaction(names.map((name) => ({ name, next: commit, expected: null })));
      if (packed) await packRefs?.(repository);
      const { refs } = await open(repository);
      const below = async (prefix: string) => (await refs.list(prefix)).map((ref) => ref.name);
      expect(await below('refs/a/b/')).toEqual(['refs/a/b/deep/er', 'refs/a/b/one', 'refs/a/b/two']);
      expect(await below('refs/a/')).toEqual(names.slice(0, 4).sort());
      expect(await below('refs/a/b/one/')).toEqual([]);
      expect(await below('refs/none/')).toEqual([]);
      expect(await refs.read('refs/a/b/one')).toBe(commit);
      expect(await refs.read('refs/a/b')).toBeNull();
      expect(await refs.read('refs/a/b/on')).toBeNull();
    });
  }

  it('prefers the loose value over a packed one', async () => {
    const repository = await create();
    const { commit, tree } = await sample(repository);
    await repository.refs.transaction([{ name: 'refs/a/x', next: commit, expected: null }]);
    await packRefs?.(repository);
    const next = await write(repository, (batch) => batch.put('commit', commitData(tree, [commit], 'next')));
    await repository.refs.transaction([{ name: 'refs/a/x', next, expected: commit }]);
    const { refs } = await open(repository);
    expect(await refs.read('refs/a/x')).toBe(next);
    expect(await refs.list('refs/a/')).toEqual([{ name: 'refs/a/x', oid: next }]);
  });

  it('refuses names that are no refs', async () => {
    const { refs } = await open(await create());
    for (const name of [
      '',
      'HEAD',
      '../x',
      'refs/../config',
      'refs/a//b',
      'refs/a/',
      'refs/a.lock',
      'refs/a b',
    ]) {
      await expect(refs.read(name)).rejects.toMatchObject({ code: 'OT_REF_NAME' });
    }
    for (const prefix of ['', 'refs', 'refs/a', 'objects/', 'refs/../', 'refs/a//']) {
      await expect(refs.list(prefix)).rejects.toMatchObject({ code: 'OT_REF_NAME' });
    }
  });
}

function transactionSuite({ create, packRefs }: Subject): void {
  it('creates, moves and deletes with the expected value only', async () => {
    const repository = await create();
    const { commit, tree } = await sample(repository);
    const next = await write(repository, (batch) => batch.put('commit', commitData(tree, [commit], 'next')));
    const name = 'refs/a/x';
    const conflict = { code: 'OT_REF_CONFLICT', kind: 'conflict', retryable: true };
    const { refs } = repository;
    await expect(refs.transaction([{ name, next: commit, expected: next }])).rejects.toMatchObject(conflict);
    await refs.transaction([{ name, next: commit, expected: null }]);
    await expect(refs.transaction([{ name, next, expected: null }])).rejects.toMatchObject(conflict);
    await expect(refs.transaction([{ name, next: null, expected: next }])).rejects.toMatchObject(conflict);
    await packRefs?.(repository);
    await expect(refs.transaction([{ name, next, expected: null }])).rejects.toMatchObject(conflict);
    await refs.transaction([{ name, next, expected: commit }]);
    expect(await refs.read(name)).toBe(next);
    await refs.transaction([{ name, next: null, expected: next }]);
    expect(await refs.read(name)).toBeNull();
    expect(await refs.list('refs/')).toEqual([]);
  });

  it('makes all edits or none', async () => {
    const repository = await create();
    const { commit, tree } = await sample(repository);
    const next = await write(repository, (batch) => batch.put('commit', commitData(tree, [commit], 'next')));
    const { refs } = repository;
    await refs.transaction([{ name: 'refs/a/x', next: commit, expected: null }]);
    const edits = [
      { name: 'refs/a/new', next, expected: null },
      { name: 'refs/a/x', next, expected: next },
    ];
    await expect(refs.transaction(edits)).rejects.toMatchObject({ code: 'OT_REF_CONFLICT' });
    expect(await refs.list('refs/')).toEqual([{ name: 'refs/a/x', oid: commit }]);
    await refs.transaction([]);
  });

  it('refuses an edit that cannot be', async () => {
    const repository = await create();
    const { commit } = await sample(repository);
    const { refs } = repository;
    await refs.transaction([{ name: 'refs/a/x', next: commit, expected: null }]);
    const absent = hashObject(repository.algorithm, 'commit', Buffer.from('absent'));
    for (const edit of [
      { name: 'refs/a/x/below', next: commit, expected: null },
      { name: 'refs/a/y', next: absent, expected: null },
      { name: 'refs/a/y\ncommit', next: commit, expected: null },
      { name: 'refs/a/y', next: null, expected: null },
      { name: 'refs/a/y', next: 'HEAD', expected: null },
    ]) {
      await expect(refs.transaction([edit])).rejects.toMatchObject({ name: 'OtError' });
    }
    expect(await refs.list('refs/')).toEqual([{ name: 'refs/a/x', oid: commit }]);
  });

  it('loses nothing when writers race', { timeout: 60_000 }, async () => {
    const repository = await create();
    const { tree } = await sample(repository);
    const name = 'refs/a/x';
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let turn = 0; turn < 5; turn += 1) await append(repository, name, tree, `${writer}.${turn}`);
    });
    await Promise.all(writers);
    const messages = await history(repository, name);
    expect(messages.sort()).toEqual(
      Array.from({ length: 20 }, (_, index) => `${Math.floor(index / 5)}.${index % 5}\n`).sort(),
    );
    await repository.objects.close();
  });
}

/** Appends a commit to a ref, again and again until nobody else was faster. */
async function append(repository: Repository, name: string, tree: Oid, message: string): Promise<void> {
  for (;;) {
    const before = await repository.refs.read(name);
    const parents = before === null ? [] : [before];
    const next = await write(repository, (batch) => batch.put('commit', commitData(tree, parents, message)));
    try {
      await repository.refs.transaction([{ name, next, expected: before }]);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'OT_REF_CONFLICT') throw error;
    }
  }
}

async function history(repository: Repository, name: string): Promise<string[]> {
  const messages: string[] = [];
  let at = await repository.refs.read(name);
  while (at !== null) {
    const text = (await repository.objects.read(at))?.data.toString() ?? '';
    messages.push(text.slice(text.indexOf('\n\n') + 2));
    at = /^parent ([0-9a-f]+)$/m.exec(text)?.[1] ?? null;
  }
  return messages;
}
