import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, LineSplitter } from '../../src/base/jsonl.ts';

const SEED = 77;

function linesOf(chunks: readonly Buffer[]): Line[] {
  const lines: Line[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

describe('LineSplitter', () => {
  test('gives number, offset and whether a line feed closed the line', () => {
    const lines = linesOf([Buffer.from('ab\n\r\n\nc')]).map((line) => ({
      ...line,
      bytes: line.bytes.toString(),
    }));
    expect(lines).toEqual([
      { bytes: 'ab', number: 1, offset: 0, terminated: true },
      { bytes: '\r', number: 2, offset: 3, terminated: true },
      { bytes: '', number: 3, offset: 5, terminated: true },
      { bytes: 'c', number: 4, offset: 6, terminated: false },
    ]);
  });

  test(`gives the same lines however the bytes are cut, and loses none (seed ${SEED})`, () => {
    const chunk = fc
      .array(fc.constantFrom(0x0a, 0x61, 0x0d, 0xff), { maxLength: 8 })
      .map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
        const whole = Buffer.concat(chunks);
        const lines = linesOf(chunks);
        expect(lines).toEqual(linesOf([whole]));
        const text = lines
          .map((line) => line.bytes.toString('latin1') + (line.terminated ? '\n' : ''))
          .join('');
        expect(text).toBe(whole.toString('latin1'));
        for (const line of lines)
          expect(whole.subarray(line.offset, line.offset + line.bytes.length)).toEqual(line.bytes);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
