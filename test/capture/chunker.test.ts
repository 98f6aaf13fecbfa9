import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES } from '../../src/bucket/layout.ts';
import { Chunker } from '../../src/capture/chunker.ts';

function chunksOf(data: Buffer, cuts: readonly number[] = []): Buffer[] {
  const chunks: Buffer[] = [];
  const chunker = new Chunker((chunk) => chunks.push(chunk));
  let start = 0;
  for (const cut of [...cuts, data.length]) {
    if (cut < start || cut > data.length) continue;
    chunker.push(data.subarray(start, cut));
    start = cut;
  }
  chunker.end();
  return chunks;
}

const line = (length: number): Buffer => Buffer.from(`${'x'.repeat(Math.max(0, length - 1))}\n`);

/** Lines around the sizes where the rule changes. */
const lines = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: CHUNK_BYTES - 2, max: CHUNK_BYTES + 2 }),
      fc.constant(2 * CHUNK_BYTES + 7),
    ),
    {
      maxLength: 40,
    },
  )
  .map((lengths) => Buffer.concat(lengths.map(line)));

describe('Chunker', () => {
  it('gives back the exact bytes, in chunks of at most 128 KiB that end at line ends where a line allows', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(400_000), { maxLength: 8 }), (data, cuts) => {
        const chunks = chunksOf(
          data,
          [...cuts].sort((a, b) => a - b),
        );
        expect(Buffer.concat(chunks).equals(data)).toBe(true);
        for (const chunk of chunks) {
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.length).toBeLessThanOrEqual(CHUNK_BYTES);
          if (chunk.at(-1) !== 0x0a) expect(chunk.includes(0x0a)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on how the bytes arrive', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(400_000), { maxLength: 8 }), (data, cuts) => {
        const whole = chunksOf(data).map((chunk) => chunk.length);
        expect(
          chunksOf(
            data,
            [...cuts].sort((a, b) => a - b),
          ).map((chunk) => chunk.length),
        ).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps every chunk but the last when a file grows', () => {
    fc.assert(
      fc.property(lines, lines, (before, added) => {
        const first = chunksOf(before);
        const second = chunksOf(Buffer.concat([before, added]));
        for (const [index, chunk] of first.slice(0, -1).entries())
          expect(second[index]!.equals(chunk)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
