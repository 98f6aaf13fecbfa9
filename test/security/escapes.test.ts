import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromString } from '../../src/security/byte-text.ts';
import { EscapeMap, unescapeJson } from '../../src/security/escapes.ts';

describe('unescapeJson', () => {
  test('decodes what JSON decodes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, ascii) => {
        let raw = JSON.stringify(text).slice(1, -1);
        if (ascii)
          raw = raw.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
        expect(unescapeJson(fromString(raw))).toBe(fromString(text));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('what is no escape stays', () => {
    expect(unescapeJson('a\\x \\u12g4 \\')).toBe('a\\x \\u12g4 \\');
    expect(unescapeJson('\\ud800')).toBe('\xed\xa0\x80');
  });
});

describe('EscapeMap', () => {
  test('leads back to the escape, rounding outwards inside one', () => {
    const raw = 'ab\\n\\ud83d\\ude00z\\x';
    const map = new EscapeMap(raw);
    expect(unescapeJson(raw)).toBe('ab\n\xf0\x9f\x98\x80z\\x');
    expect([0, 2, 3, 7, 8, 9, 10].map((offset) => map.toRaw(offset, 'down'))).toEqual([
      0, 2, 4, 16, 17, 18, 19,
    ]);
    expect([map.toRaw(5, 'down'), map.toRaw(5, 'up')]).toEqual([4, 16]);
  });

  test('decoding a raw stretch between two mapped offsets gives the decoded stretch', () => {
    const piece = fc.constantFrom('a', '\\n', '\\\\', '\\u0041', '\\u00e9', '\\ud83d\\ude00', '\\q', 'xyz');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(99), fc.nat(99), (pieces, a, b) => {
        const raw = pieces.join('');
        const decoded = unescapeJson(raw);
        const [start, end] = [a % (decoded.length + 1), b % (decoded.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        const map = new EscapeMap(raw);
        const stretch = raw.slice(map.toRaw(start, 'down'), map.toRaw(end, 'up'));
        expect(unescapeJson(stretch)).toContain(decoded.slice(start, end));
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
