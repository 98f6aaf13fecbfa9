/** `bucket verify` over objects that are damaged, edited or gone: each has its own code, and its fix mends it. */
import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DamagedMachine, inTrace, type Place, pathOf, summary } from './damage.ts';

const CHUNK = 'sources/0/00001.T6';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

/** The finding that every place has for one of its files. */
function everywhere(code: string, file: string): string[] {
  return damaged.places.map((place) => `${code} ${pathOf(place, file)}`).sort();
}

describe('a sound bucket', () => {
  it.each([['--full'], ['--sample', '100'], ['--sample', '1']])(
    'has no finding with %s %s',
    async (...options) => {
      expect(await damaged.verify(...options.filter(Boolean))).toEqual([]);
    },
  );
});

describe.each([
  ['a chunk', CHUNK],
  ['a segment', 'steps/00065.T6'],
])('of %s', (_name, file) => {
  it('a flipped byte is object_corrupt', async () => {
    const oids = damaged.places.map((place) => {
      const oid = damaged.oid(place, file);
      const path = damaged.loose(place, oid);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 0xff;
      writeFileSync(path, bytes);
      return oid;
    });
    const full = await damaged.verify('--full');
    expect(summary(full)).toEqual(everywhere('object_corrupt', file));
    expect(summary(await damaged.verify('--sample', '100'))).toEqual(everywhere('object_corrupt', file));
    expect(full.map(({ fix }) => fix).sort()).toEqual([
      expect.stringContaining('delete remotes/team.git, then: git ot bucket remote pull team'),
      expect.stringContaining(
        "delete the object's file, then capture the session again: git ot capture --again",
      ),
      expect.stringContaining("delete the sealed ref (git update-ref -d REF) and the object's file"),
    ]);
    if (file === CHUNK) await damaged.mendTraces(oids);
  });

  it('other content under the same id is object_hash_mismatch', async () => {
    const oids = damaged.places.map((place) => {
      const oid = damaged.oid(place, file);
      const edited = Buffer.from(damaged.content(place, file).replace('Question', 'question'), 'utf8');
      const object = Buffer.concat([Buffer.from(`blob ${edited.length}\0`), edited]);
      writeFileSync(damaged.loose(place, oid), deflateSync(object));
      return oid;
    });
    const full = summary(await damaged.verify('--full'));
    expect(full).toEqual(expect.arrayContaining(everywhere('object_hash_mismatch', file)));
    const sample = summary(await damaged.verify('--sample', '100'));
    expect(sample).toEqual(expect.arrayContaining(everywhere('object_hash_mismatch', file)));
    if (file === CHUNK) await damaged.mendTraces(oids);
  });

  it('an object that is gone is object_missing', async () => {
    for (const place of damaged.places) rmSync(damaged.loose(place, damaged.oid(place, file)));
    expect(summary(await damaged.verify('--full'))).toEqual(everywhere('object_missing', file));
    expect(summary(await damaged.verify('--sample', '100'))).toEqual(everywhere('object_missing', file));
    if (file === CHUNK) await damaged.mendTraces();
  });
});

describe('trees', () => {
  it.each(['', 'steps', 'sources/0'])('of a trace that are gone (%j) are object_missing', async (folder) => {
    for (const place of damaged.places) rmSync(damaged.loose(place, damaged.oid(place, folder)));
    expect(summary(await damaged.verify('--full'))).toEqual(everywhere('object_missing', folder));
    expect(summary(await damaged.verify('--sample', '100'))).toEqual(everywhere('object_missing', folder));
    if (folder === '') await damaged.mendTraces();
  });
});

/** Packs everything and flips a byte in the middle of one packed object. */
function damagePack(place: Place, oid: string): void {
  const { gitDir } = place;
  damaged.git(gitDir, ['repack', '-adq']);
  const folder = join(gitDir, 'objects', 'pack');
  const index = readdirSync(folder).find((name) => name.endsWith('.idx'))!;
  const lines = damaged.git(gitDir, ['verify-pack', '-v', join(folder, index)]).split('\n');
  const [, , , size, offset] = lines.find((line) => line.startsWith(oid))!.split(/ +/);
  const bytes = readFileSync(packOf(place));
  bytes[Number(offset) + (Number(size) >> 1)]! ^= 0xff;
  writeFileSync(packOf(place), bytes);
}

function packOf({ gitDir }: Place): string {
  const folder = join(gitDir, 'objects', 'pack');
  const path = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack'))!);
  chmodSync(path, 0o644);
  return path;
}

describe('a pack', () => {
  it('with a flipped byte is object_corrupt; captured again, its objects move to a new pack', async () => {
    const [own, pulled] = [damaged.place('own'), damaged.place('pulled')];
    for (const place of [own, pulled]) damagePack(place, damaged.oid(place, CHUNK));
    for (const mode of [['--full'], ['--sample', '100']]) {
      const findings = await damaged.verify(...mode);
      expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['object_corrupt']));
      const paths = findings.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining([pathOf(own, CHUNK), pathOf(pulled, CHUNK)]));
    }
    expect((await damaged.run('capture', '--again', damaged.log)).code).toBe(0);
    damaged.git(own.gitDir, ['update-ref', '-d', damaged.place('sealed').ref]);
    damaged.git(own.gitDir, ['repack', '-adq']);
    await damaged.mendCopies();
  });

  it('that git does not open is object_corrupt of its repository, and all that it held is told', async () => {
    for (const kind of ['own', 'pulled'] as const) {
      const place = damaged.place(kind);
      damaged.git(place.gitDir, ['repack', '-adq']);
      const bytes = readFileSync(packOf(place));
      bytes[bytes.length - 1]! ^= 0xff;
      writeFileSync(packOf(place), bytes);
    }
    const findings = summary(await damaged.verify('--full'));
    const refs = damaged.places.map(({ ref }) => `object_corrupt ${ref}`);
    const repositories = ['object_corrupt bucket.git', 'object_corrupt remotes/team.git'];
    expect(findings).toEqual(expect.arrayContaining([...refs, ...repositories]));
  });
});

describe('a tree against the rules of git', () => {
  it('is object_bad, and is gone with the commit that brought it', async () => {
    const before = damaged.places.map(
      (place) => [place, damaged.git(place.gitDir, ['rev-parse', place.ref])] as const,
    );
    for (const place of damaged.places) unsortTree(place);
    const findings = await damaged.verify('--full');
    expect(summary(findings)).toEqual(everywhere('object_bad', ''));
    expect(await damaged.verify('--sample', '100')).toEqual([]);
    for (const [{ gitDir, ref }, oid] of before) damaged.git(gitDir, ['update-ref', ref, oid]);
    damaged.git(damaged.place('own').gitDir, ['prune']);
    await damaged.mendCopies();
  });
});

/** The trace's own tree with its entries the wrong way round. */
function unsortTree(place: Place): void {
  const { gitDir, ref, traceId } = place;
  const write = (content: Buffer): string =>
    damaged.git(gitDir, ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], { input: content });
  const reversed = write(
    treeOf(
      damaged
        .git(gitDir, ['ls-tree', `${ref}:${inTrace(place, '')}`])
        .split('\n')
        .reverse(),
    ),
  );
  const group = `${ref}:traces/${traceId.slice(0, 2)}`;
  const line = (path: string, name: string, oid: string): string[] =>
    damaged
      .git(gitDir, ['ls-tree', path])
      .split('\n')
      .map((entry) => (entry.endsWith(`\t${name}`) ? `40000 tree ${oid}\t${name}` : entry));
  const hh = write(treeOf(line(group, traceId, reversed)));
  const traces = write(treeOf(line(`${ref}:traces`, traceId.slice(0, 2), hh)));
  damaged.commit(place, write(treeOf(line(ref, 'traces', traces))));
}

/** A tree object of lines as `git ls-tree` prints them, in their order. */
function treeOf(lines: readonly string[]): Buffer {
  const entries = lines.map((line) => {
    const [, mode, oid, name] = /^0*(\d+) \w+ (\w+)\t(.*)$/.exec(line)!;
    return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid!, 'hex')]);
  });
  return Buffer.concat(entries);
}

describe('a repository that git cannot check', () => {
  it('is repository', async () => {
    for (const kind of ['own', 'pulled'] as const) {
      appendFileSync(join(damaged.place(kind).gitDir, 'packed-refs'), 'garbage\n');
    }
    expect(summary(await damaged.verify('--full'))).toEqual([
      'repository bucket.git',
      'repository remotes/team.git',
    ]);
  });
});
