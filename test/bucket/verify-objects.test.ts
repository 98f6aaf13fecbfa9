/** `bucket verify` over objects that are damaged, edited or gone: each has its own code, and its fix mends it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DamagedMachine, pathOf, summary } from './damage.ts';

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
    await damaged.mendTraces(oids);
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
    await damaged.mendTraces(oids);
  });

  it('an object that is gone is object_missing', async () => {
    for (const place of damaged.places) rmSync(damaged.loose(place, damaged.oid(place, file)));
    expect(summary(await damaged.verify('--full'))).toEqual(everywhere('object_missing', file));
    expect(summary(await damaged.verify('--sample', '100'))).toEqual(everywhere('object_missing', file));
    await damaged.mendTraces();
  });
});

describe('trees', () => {
  it.each(['', 'steps', 'sources/0'])('of a trace that are gone (%j) are object_missing', async (folder) => {
    for (const place of damaged.places) rmSync(damaged.loose(place, damaged.oid(place, folder)));
    expect(summary(await damaged.verify('--full'))).toEqual(everywhere('object_missing', folder));
    expect(summary(await damaged.verify('--sample', '100'))).toEqual(everywhere('object_missing', folder));
    await damaged.mendTraces();
  });
});
