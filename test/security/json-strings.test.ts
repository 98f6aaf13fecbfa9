import { describe, expect, test } from 'vitest';
import { stringTokens } from '../../src/security/json-strings.ts';

/** role, content and, for values, parent.key. */
function tokens(text: string): string[] {
  return stringTokens(text).map(({ role, start, end, key, parent }) => {
    const name = role === 'value' ? `${parent ?? ''}.${key ?? ''}=` : '';
    return `${role} ${name}${text.slice(start, end)}`;
  });
}

describe('stringTokens', () => {
  test('keys and values with their names, through arrays', () => {
    expect(tokens('{"a":"b","m":{"id":"1","l":["x",["y"],{"z":"w"}]}, "n":-1.5e3}')).toEqual([
      'key a',
      'value .a=b',
      'key m',
      'key id',
      'value m.id=1',
      'key l',
      'value m.l=x',
      'value m.l=y',
      'key z',
      'value l.z=w',
      'key n',
    ]);
  });

  test('escapes and repeated keys stay as written', () => {
    expect(tokens('{"a":"x\\"y\\\\","a":"\\u00e9"}')).toEqual([
      'key a',
      'value .a=x\\"y\\\\',
      'key a',
      'value .a=\\u00e9',
    ]);
  });

  test('glued values are values', () => {
    expect(tokens('{"a":"1"}{"b":"2"} ["3"]')).toEqual([
      'key a',
      'value .a=1',
      'key b',
      'value .b=2',
      'value .=3',
    ]);
  });

  test('a broken line is text up to the next value that is whole', () => {
    expect(tokens('{"a":"cut off {"b":"2"}')).toEqual(['text {"a":"cut off ', 'key b', 'value .b=2']);
    expect(tokens('{"a":"b"')).toEqual(['text {"a":"b"']);
    expect(tokens('plain "words" 12')).toEqual(['text plain "words" 12']);
    expect(tokens('{"a":secret}')).toEqual(['text {"a":secret}']);
  });

  test('a bare word or a very long number is text', () => {
    expect(tokens('12345')).toEqual(['text 12345']);
    expect(tokens(`[${'1'.repeat(41)}]`)).toEqual([`text [${'1'.repeat(41)}]`]);
    expect(tokens('[1, true, null, -0.1]')).toEqual([]);
  });

  test('white space and nothing', () => {
    expect(tokens('')).toEqual([]);
    expect(tokens(' \r')).toEqual([]);
    expect(tokens('{ "a" : "b" }\r')).toEqual(['key a', 'value .a=b']);
  });

  test('a hundred thousand levels; deeper is text', () => {
    const depth = 50_000;
    expect(tokens(`${'[{"k":'.repeat(depth)}"x"${'}]'.repeat(depth)}`).at(-1)).toBe('value k.k=x');
    expect(tokens(`${'['.repeat(100_001)}"x"${']'.repeat(100_001)}`)).toEqual([
      expect.stringMatching(/^text \[/),
    ]);
  });
});
