import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_DIGIT, LiteralScanner } from '../../src/security/literal-scanner.ts';

const literal = fc.string({
  minLength: 3,
  maxLength: 6,
  unit: fc.constantFrom('a', 'b', 'k', '-', '_', '7', '/', '\x01', '\xe9'),
});
const text = fc.string({
  maxLength: 60,
  unit: fc.constantFrom('a', 'A', 'b', 'k', 'K', '-', '_', '7', '/', '\x00', '\x01', '\xe9'),
});

/** What the scanner must find, the slow way. */
function occurrences(input: string, literals: readonly string[]): string[] {
  const lower = input.toLowerCase().replaceAll('\xc9', '\xe9');
  return [...lower].flatMap((_, at) =>
    literals.filter((each) => lower.startsWith(each, at)).map((each) => `${at} ${each}`),
  );
}

describe('LiteralScanner', () => {
  test('finds every literal wherever it stands, in any letter case', () => {
    fc.assert(
      fc.property(fc.uniqueArray(literal, { maxLength: 8 }), text, (literals, input) => {
        const scanner = new LiteralScanner(literals.map((each) => [each, each]));
        const found: string[] = [];
        scanner.scan(input, (at, payload) => found.push(`${at} ${payload}`));
        const wanted = occurrences(input, literals);
        expect(found.toSorted()).toEqual(wanted.toSorted());
        expect(scanner.occursIn(Buffer.from(input, 'latin1'), 0, input.length)).toBe(wanted.length > 0);
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  test('looks only between start and end', () => {
    const scanner = new LiteralScanner([['abcd', 0]]);
    const bytes = Buffer.from('xabcdx');
    expect([
      scanner.occursIn(bytes, 1, 5),
      scanner.occursIn(bytes, 2, 6),
      scanner.occursIn(bytes, 0, 4),
    ]).toEqual([true, false, false]);
  });

  test('refuses literals it cannot find', () => {
    expect(() => new LiteralScanner([['ab', 0]])).toThrow(RangeError);
  });

  test('a digit in a literal can stand for any', () => {
    const scanner = new LiteralScanner([[`a${ANY_DIGIT}-b`, 0]]);
    const found: number[] = [];
    scanner.scan('a0-b A9-b ab-b a#-b a1_b', (at) => found.push(at));
    expect(found).toEqual([0, 5]);
  });
});
