import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../src/trail/diff.ts';

const texts = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 40 });

describe('diffLines', () => {
  it('keeps a longest common subsequence', () => {
    fc.assert(
      fc.property(texts, texts, (left, right) => {
        const [a, b] = [Int32Array.from(left), Int32Array.from(right)];
        const hunks = diffLines(a, b);
        expect(applied(a, b, hunks)).toEqual(right);
        const removed = hunks.reduce((sum, { a0, a1 }) => sum + a1 - a0, 0);
        expect(left.length - removed).toBe(commonLength(left, right));
      }),
      { numRuns: 500, seed: 20260301 },
    );
  });

  it('aligns long texts by the lines both have once', () => {
    const a = Int32Array.from({ length: 6000 }, (_, at) => at + 1);
    const b = Int32Array.from({ length: 6000 }, (_, at) => (at % 2 === 0 ? at + 1 : at + 10_001));
    const hunks = diffLines(a, b);
    expect(applied(a, b, hunks)).toEqual([...b]);
    expect(hunks.length).toBe(3000);
  });
});

function applied(a: Int32Array, b: Int32Array, hunks: ReturnType<typeof diffLines>): number[] {
  const whole: number[] = [];
  let at = 0;
  for (const { a0, a1, b0, b1 } of hunks) {
    whole.push(...a.subarray(at, a0), ...b.subarray(b0, b1));
    at = a1;
  }
  return [...whole, ...a.subarray(at)];
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    const next = [0];
    for (const [at, right] of b.entries()) {
      next.push(left === right ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!));
    }
    row = next;
  }
  return row.at(-1)!;
}
