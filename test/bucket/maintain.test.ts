import { describe, expect, it } from 'vitest';
import { withWritableBucket } from '../../src/bucket/lane.ts';
import { encodeCommit, encodeTree } from '../../src/git/object-codec.ts';
import type { Repository } from '../../src/git/ports.ts';
import { countObjects } from '../../src/git/program/maintenance.ts';
import { TestBucket } from '../support/bucket.ts';

/** Makes blobs reachable, so that packing keeps them packed. */
async function reference({ objects, refs }: Repository, oids: readonly string[]): Promise<void> {
  const batch = objects.batch();
  const entries = oids.map((oid, index) => ({ mode: '100644' as const, name: `blob-${index}`, oid }));
  const tree = batch.put('tree', encodeTree(objects.algorithm, entries));
  const person = { name: 'a', email: 'a@b', seconds: 0, timezone: '+0000' };
  const commit = batch.put(
    'commit',
    encodeCommit({ tree, parents: [], author: person, committer: person, message: 'all\n' }),
  );
  await batch.commit();
  await refs.transaction([{ name: 'refs/heads/all', next: commit, expected: null }]);
}

describe('housekeeping of the bucket', () => {
  it('packs everything into one when a writer leaves more than 20 packs, and loses nothing', async () => {
    const { bucket, git } = await TestBucket.open();
    const { objects, refs } = bucket.repository;
    const oids: string[] = [];
    for (let pack = 0; pack < 21; pack += 1) {
      const batch = objects.batch();
      const trees = Array.from({ length: 210 }, (_, index) =>
        batch.put('blob', Buffer.from(`${pack}/${index}`)),
      );
      oids.push(...trees);
      await batch.commit();
    }
    await reference(bucket.repository, oids);
    expect((await countObjects(git, bucket.gitDir)).packs).toBe(21);
    await withWritableBucket(bucket, async () => undefined);
    const after = await countObjects(git, bucket.gitDir);
    expect(after.packs).toBeLessThanOrEqual(1);
    for (const oid of oids) expect(await objects.info(oid)).not.toBeNull();
    expect(await refs.list('refs/')).toHaveLength(1);
    await objects.close();
  });
});
