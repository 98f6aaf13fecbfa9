import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isLossy, jsonContainerEnd, jsonValueEnd, quoteInexactNumbers } from '../../src/base/json-text.ts';

const SEED = 41;

describe('jsonContainerEnd', () => {
  test(`finds the end of any object or array, whatever follows (seed ${SEED})`, () => {
    const container = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(container, fc.string(), (value, rest) => {
        const json = Buffer.from(JSON.stringify(value), 'utf8');
        expect(jsonContainerEnd(Buffer.concat([json, Buffer.from(rest)]), 0)).toBe(json.length);
        expect(jsonContainerEnd(json.subarray(0, -1), 0)).toBe(-1);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('is not fooled by brackets and quotes in strings', () => {
    const text = '{"a":"}\\"]","b":["\\\\"]}x';
    expect(jsonContainerEnd(Buffer.from(text), 0)).toBe(text.length - 1);
  });
});

describe('jsonValueEnd', () => {
  test.each([
    ['"a]b",1', 5],
    ['12.5e3,', 6],
    ['null]', 4],
    ['{"a":[1]} ', 9],
    ['"open', -1],
    [']', -1],
  ])('of %s is %i', (text, end) => expect(jsonValueEnd(Buffer.from(text), 0)).toBe(end));
});

describe('quoteInexactNumbers', () => {
  test('turns only numbers that would change into strings', () => {
    expect(
      quoteInexactNumbers(
        '{"a":9007199254740993,"b":9007199254740991,"c":-1e400,"d":0.1,"e":"9007199254740993"}',
      ),
    ).toBe('{"a":"9007199254740993","b":9007199254740991,"c":"-1e400","d":0.1,"e":"9007199254740993"}');
  });

  test(`changes nothing in JSON of ordinary values (seed ${SEED})`, () => {
    const value = fc
      .jsonValue({ maxDepth: 4 })
      .filter((candidate) => !/\d{16}|e\+/.test(JSON.stringify(candidate)));
    fc.assert(
      fc.property(value, (candidate) => {
        const json = JSON.stringify(candidate, null, 1);
        expect(quoteInexactNumbers(json)).toBe(json);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('isLossy', () => {
  it.each([
    ['9007199254740993', true],
    ['9007199254740992', false],
    ['-12345678901234567890', true],
    ['100000000000000000000', false],
    ['1e21', false],
    ['1e400', true],
    ['0.1', false],
    ['9'.repeat(400), true],
  ])('%s: %s', (token, lossy) => {
    expect(isLossy(token)).toBe(lossy);
    expect(quoteInexactNumbers(`[${token}]`, isLossy)).toBe(lossy ? `["${token}"]` : `[${token}]`);
  });
});
