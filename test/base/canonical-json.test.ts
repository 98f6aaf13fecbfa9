import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, MAX_DEPTH } from '../../src/base/canonical-json.ts';

describe('canonicalJson', () => {
  it('gives the numbers of RFC 8785 appendix B', () => {
    const samples: [number, string][] = [
      [0, '0'],
      [-0, '0'],
      [5e-324, '5e-324'],
      [1.7976931348623157e308, '1.7976931348623157e+308'],
      [9007199254740992, '9007199254740992'],
      [295147905179352830000, '295147905179352830000'],
      [1e23, '1e+23'],
      [1e21, '1e+21'],
      [999999999999999900000, '999999999999999900000'],
      [0.000001, '0.000001'],
      [1e-7, '1e-7'],
      [333333333.3333333, '333333333.3333333'],
    ];
    for (const [value, text] of samples) expect(canonicalJson(value)).toBe(text);
  });

  it('orders keys by UTF-16 code unit, as the example of RFC 8785 section 3.2.3', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    const order = [...canonicalJson(value).matchAll(/:(\d)/g)].map((match) => Number(match[1]));
    expect(order).toEqual([2, 4, 6, 7, 1, 5, 3]);
  });

  it('keeps a lone surrogate as an escape and leaves undefined members out', () => {
    expect(canonicalJson({ b: 'x\ud800y', a: undefined })).toBe('{"b":"x\\ud800y"}');
  });

  it('holds a key named __proto__ as data', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"x":1},"a":2}'))).toBe('{"__proto__":{"x":1},"a":2}');
  });

  it('refuses what JSON cannot hold and nesting without end', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, Symbol('s')]) {
      expect(() => canonicalJson({ bad })).toThrowError(expect.objectContaining({ code: 'OT_JSON_VALUE' }));
    }
    let deep: unknown = 1;
    for (let level = 0; level < MAX_DEPTH + 1; level += 1) deep = [deep];
    expect(() => canonicalJson(deep)).toThrowError(expect.objectContaining({ code: 'OT_JSON_VALUE' }));
  });

  it('is the identity through JSON.parse, and does not depend on key order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
