import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertTreeName,
  decodeCommit,
  decodeTree,
  encodeCommit,
  encodeTree,
  hashObject,
  isOid,
  nullOid,
} from '../../src/git/object-codec.ts';
import type { FileMode, HashAlgorithm, TreeEntry } from '../../src/git/ports.ts';
import { initBare } from '../../src/git/program/repository.ts';
import { tempDir, testGit } from '../support/git-env.ts';

const RUNS = { numRuns: 60, seed: 20_260_101 };
const ALGORITHMS: readonly HashAlgorithm[] = ['sha1', 'sha256'];
const ZONES = ['+0000', '-0730', '+1400'] as const;

/** Names with what makes sorting hard: prefixes of each other, dots, bytes above ASCII. */
const treeName = fc
  .array(fc.constantFrom('a', 'b', '.', '-', '0', ' ', 'ä', '深', '😀', 'Z', '~'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
  .filter((name) => name !== '.' && name !== '..');

const mode = fc.constantFrom<FileMode>('100644', '100755', '120000', '40000', '160000');

function entriesOf(algorithm: HashAlgorithm): fc.Arbitrary<TreeEntry[]> {
  const oid = fc.nat().map((seed) => hashObject(algorithm, 'blob', Buffer.from(`${seed}`)));
  return fc.uniqueArray(fc.record({ name: treeName, mode, oid }), {
    selector: (entry) => entry.name,
    maxLength: 12,
  });
}

describe.each(ALGORITHMS)('trees, %s', (algorithm) => {
  it('survive a round trip', () => {
    const byName = (left: TreeEntry, right: TreeEntry) => (left.name < right.name ? -1 : 1);
    fc.assert(
      fc.property(entriesOf(algorithm), (entries) => {
        const decoded = decodeTree(algorithm, encodeTree(algorithm, entries));
        expect([...decoded].sort(byName)).toEqual([...entries].sort(byName));
        expect(encodeTree(algorithm, decoded)).toEqual(encodeTree(algorithm, entries));
      }),
      { ...RUNS, numRuns: 300 },
    );
  });

  it('are what git mktree makes of the same entries', async () => {
    const git = testGit();
    const gitDir = `${tempDir()}/r.git`;
    await initBare(git, gitDir, { algorithm });
    const inputs = fc.sample(entriesOf(algorithm), RUNS);
    const text = inputs.map((entries) => `${entries.map(mktreeLine).join('')}\0`).join('');
    const output = await git.text(['mktree', '-z', '--missing', '--batch'], { gitDir, input: text });
    const ours = inputs.map((entries) => hashObject(algorithm, 'tree', encodeTree(algorithm, entries)));
    expect(output.split('\n').filter(Boolean)).toEqual(ours);
  });

  it('refuse ids of the other algorithm and names twice', () => {
    const oid = nullOid(algorithm);
    const entry: TreeEntry = { mode: '100644', name: 'x', oid };
    expect(() => encodeTree(algorithm, [{ ...entry, oid: `${oid}0` }])).toThrow(
      expect.objectContaining({ code: 'OT_OBJECT_ID' }),
    );
    expect(() => encodeTree(algorithm, [entry, { ...entry, mode: '40000' }])).toThrow(
      expect.objectContaining({ code: 'OT_TREE_NAME' }),
    );
  });
});

function mktreeLine({ mode, name, oid }: TreeEntry): string {
  const type = mode === '40000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
  return `${mode === '40000' ? '040000' : mode} ${type} ${oid}\t${name}\0`;
}

describe('tree names', () => {
  it.each(['', '.', '..', '.git', '.GIT', '.Git', 'a/b', '/', 'a\0b'])('%j is refused', (name) => {
    expect(() => assertTreeName(name)).toThrow(expect.objectContaining({ code: 'OT_TREE_NAME' }));
  });

  it('damaged trees are told, never read past their end', () => {
    const good = encodeTree('sha1', [{ mode: '100644', name: 'x', oid: nullOid('sha1') }]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 40 }), (cut, tail) => {
        const bytes = Buffer.concat([good.subarray(0, cut), tail]);
        try {
          decodeTree('sha1', bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'OT_OBJECT_CORRUPT' });
        }
      }),
      { ...RUNS, numRuns: 500 },
    );
    expect(() => decodeTree('sha1', good.subarray(0, 12))).toThrow(
      expect.objectContaining({ code: 'OT_OBJECT_CORRUPT' }),
    );
    expect(() => decodeTree('sha1', Buffer.from(`100644 a/b\0${'x'.repeat(20)}`))).toThrow(/forbidden name/);
    expect(() => decodeTree('sha1', Buffer.from(`999 a\0${'x'.repeat(20)}`))).toThrow(/unknown mode/);
  });

  it('old modes read as the nearest one', () => {
    const read = (mode: string) => decodeTree('sha1', Buffer.from(`${mode} a\0${'x'.repeat(20)}`))[0]?.mode;
    expect([read('100664'), read('100775'), read('040000')]).toEqual(['100644', '100755', '40000']);
  });
});

describe('commits', () => {
  const person = fc.record({
    name: fc.string({ unit: 'grapheme', maxLength: 12 }),
    email: fc.string({ maxLength: 12 }),
    seconds: fc.nat(),
    timezone: fc.constantFrom(...ZONES),
  });

  it('survive a round trip, but for what the format cannot hold', () => {
    const oid = 'a'.repeat(40);
    const clean = (text: string) => text.replace(/[<>\n\0]/g, '').trim();
    fc.assert(
      fc.property(person, fc.string({ maxLength: 30 }), fc.nat(3), (author, message, parents) => {
        const commit = {
          tree: oid,
          parents: new Array<string>(parents).fill(oid),
          author,
          committer: author,
          message,
        };
        const decoded = decodeCommit(encodeCommit(commit));
        expect(decoded.author).toEqual({ ...author, name: clean(author.name), email: clean(author.email) });
        expect(decoded.message).toBe(message.endsWith('\n') ? message : `${message}\n`);
        expect(decoded.parents).toHaveLength(parents);
      }),
      { ...RUNS, numRuns: 300 },
    );
  });

  it('are what git commit-tree writes', async () => {
    const git = testGit();
    const gitDir = `${tempDir()}/r.git`;
    await initBare(git, gitDir, { algorithm: 'sha1' });
    const tree = (await git.text(['mktree'], { gitDir, input: '' })).trim();
    const theirs = await git.text(['commit-tree', tree, '-m', 'Ünïcode subject'], {
      gitDir,
      env: {
        GIT_AUTHOR_NAME: 'Zoë T',
        GIT_AUTHOR_EMAIL: 'z@example.invalid',
        GIT_AUTHOR_DATE: '1700000000 -0730',
        GIT_COMMITTER_NAME: 'C',
        GIT_COMMITTER_EMAIL: 'c@example.invalid',
        GIT_COMMITTER_DATE: '1700000001 +0130',
      },
    });
    const data = encodeCommit({
      tree,
      parents: [],
      author: { name: 'Zoë T', email: 'z@example.invalid', seconds: 1_700_000_000, timezone: '-0730' },
      committer: { name: 'C', email: 'c@example.invalid', seconds: 1_700_000_001, timezone: '+0130' },
      message: 'Ünïcode subject',
    });
    expect(hashObject('sha1', 'commit', data)).toBe(theirs.trim());
  });

  it.each(['', 'tree x\n', `tree ${'a'.repeat(40)}\nauthor x\n\n`, `parent ${'a'.repeat(40)}\n\nmessage`])(
    'damaged ones are told: %j',
    (text) => {
      expect(() => decodeCommit(Buffer.from(text))).toThrow(
        expect.objectContaining({ code: 'OT_OBJECT_CORRUPT' }),
      );
    },
  );

  it('skips headers it does not know, such as signatures', () => {
    const tree = 'b'.repeat(40);
    const text = `tree ${tree}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\ngpgsig -----BEGIN\n tree x\n -----END\n\nhi\n`;
    expect(decodeCommit(Buffer.from(text))).toMatchObject({ tree, parents: [], message: 'hi\n' });
  });

  it('refuses a time zone that is none', () => {
    const person = { name: 'A', email: 'a@x', seconds: 1, timezone: 'UTC' };
    const commit = { tree: 'a'.repeat(40), parents: [], author: person, committer: person, message: '' };
    expect(() => encodeCommit(commit)).toThrow(expect.objectContaining({ code: 'OT_TIMEZONE' }));
  });
});

it('knows a full object id', () => {
  expect(isOid('a'.repeat(40), 'sha1')).toBe(true);
  expect(isOid('a'.repeat(40), 'sha256')).toBe(false);
  expect(isOid('A'.repeat(40), 'sha1')).toBe(false);
  expect(isOid(`${'a'.repeat(39)}\n`, 'sha1')).toBe(false);
});
