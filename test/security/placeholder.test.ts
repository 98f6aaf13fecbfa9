import { describe, expect, test } from 'vitest';
import { KINDS } from '../../src/security/contract.ts';
import { placeholderOf, placeholderSpans, subtractSpans } from '../../src/security/placeholder.ts';

describe('placeholders', () => {
  test('are found, and nothing that only looks like one', () => {
    const texts = KINDS.map((kind, i) => placeholderOf({ kind, n: i + 1, value: 'x' }));
    const text = `a ${texts.join(' ')} [REDACTED:other:1] [REDACTED:user:x] [REDACTED:user:1`;
    expect(placeholderSpans(text).map(({ start, end }) => text.slice(start, end))).toEqual(texts);
  });

  test.each([
    [{ start: 0, end: 9 }, [{ start: 0, end: 9 }]],
    [
      { start: 5, end: 25 },
      [
        { start: 5, end: 10 },
        { start: 20, end: 25 },
      ],
    ],
    [{ start: 12, end: 18 }, []],
    [
      { start: 15, end: 45 },
      [
        { start: 20, end: 30 },
        { start: 40, end: 45 },
      ],
    ],
    [{ start: 40, end: 50 }, [{ start: 40, end: 50 }]],
  ])('%j without 10-20 and 30-40', (span, rest) => {
    expect(
      subtractSpans(span, [
        { start: 10, end: 20 },
        { start: 30, end: 40 },
      ]),
    ).toEqual(rest);
  });
});
