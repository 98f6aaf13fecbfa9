import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashObject } from '../../../src/git/object-codec.ts';
import { crc32, crc32ByTable } from '../../../src/git/program/crc32.ts';
import { encodePackIndex } from '../../../src/git/program/pack-index.ts';
import { PackWriter } from '../../../src/git/program/pack-writer.ts';
import { initBare } from '../../../src/git/program/repository.ts';
import { tempDir, testGit } from '../../support/git-env.ts';

const git = testGit();

describe('CRC-32', () => {
  it('is the checksum every tool knows, in one piece or two', () => {
    expect(crc32ByTable(Buffer.from('123456789'))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (left, right) => {
        const whole = crc32ByTable(Buffer.concat([left, right]));
        expect(crc32ByTable(Buffer.from(right), crc32ByTable(Buffer.from(left)))).toBe(whole);
        expect(crc32(Buffer.concat([left, right]))).toBe(whole);
        if (zlib.crc32 !== undefined) expect(zlib.crc32(Buffer.concat([left, right]))).toBe(whole);
      }),
      { numRuns: 200, seed: 20_260_103 },
    );
  });
});

describe.each(['sha1', 'sha256'] as const)('a pack index, %s', (algorithm) => {
  it('is read by git show-index, offsets beyond 2 GiB and 4 GiB included', async () => {
    const offsets = [12, 0x7fffffff, 0x80000000, 0xffffffff, 0x1_0000_0000, 0x12_3456_789a, 900];
    const entries = offsets.map((offset, index) => ({
      oid: hashObject(algorithm, 'blob', Buffer.from(`${index}`)),
      crc32: (index * 0x10101010) >>> 0,
      offset,
    }));
    const checksum = Buffer.alloc(algorithm === 'sha1' ? 20 : 32);
    const input = encodePackIndex(algorithm, entries, checksum);
    const shown = await git.text(['show-index', `--object-format=${algorithm}`], { input });
    const lines = entries.map(
      ({ oid, crc32: crc, offset }) =>
        [oid, `${offset} ${oid} (${crc.toString(16).padStart(8, '0')})`] as const,
    );
    const sorted = [...lines].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, line]) => line);
    expect(shown.split('\n').filter(Boolean)).toEqual(sorted);
  });

  it('is byte for byte what index-pack makes of the same pack', async () => {
    const gitDir = join(tempDir(), 'r.git');
    await initBare(git, gitDir, { algorithm });
    const folder = tempDir();
    const writer = await PackWriter.create(folder, 1024 * 1024, algorithm);
    const sizes = [0, 1, 15, 16, 17, 2047, 2048, 9_000, 70_000, 300_000];
    for (const [index, size] of sizes.entries()) {
      const data = Buffer.alloc(size, `${index}-`);
      const type = index % 2 === 0 ? 'blob' : 'tree';
      writer.add(hashObject(algorithm, type, data), type, data);
      await writer.ready();
    }
    const { pack, index, name } = await writer.finish();
    await writer.close();
    const theirs = join(folder, 'theirs.idx');
    const text = await git.text(['index-pack', '-o', theirs, pack], { gitDir });
    expect(name).toBe(`pack-${text.trim()}`);
    expect(readFileSync(index).equals(readFileSync(theirs))).toBe(true);
  });
});
