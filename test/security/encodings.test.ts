import { describe, expect, test } from 'vitest';
import { decodedTexts, EncodedPlaces } from '../../src/security/encodings.ts';

/** What `text` holds in encoded form, and the bytes that stand for `part` of it. */
function found(text: string, part: string): { texts: string[]; sources: string[] } {
  const all = decodedTexts(text);
  const sources = all.flatMap((decoded) => {
    const start = decoded.text.indexOf(part);
    if (start < 0) return [];
    const span = decoded.toSource({ start, end: start + part.length });
    return [text.slice(span.start, span.end)];
  });
  return { texts: all.map((decoded) => decoded.text), sources };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('encoded text', () => {
  test.each([
    ['a%2Fb%20c', 'a/b c', '/b', '%2Fb'],
    ['a%2fb%20c', 'a/b c', ' ', '%20'],
    ['x &lt;b&gt; y', 'x <b> y', '<b>', '&lt;b&gt;'],
    ['&#104;&#x69; there', 'hi there', 'hi', '&#104;&#x69;'],
    ['\x1b[1;32mto\x1b[mken\x1b[K', 'token', 'token', 'to\x1b[mken'],
    ['printf "\\033[1mtoken\\x1b[0m"', 'printf "token"', 'token', 'token'],
    ['a[33] = b[1b] || c[e]', null, '', ''],
    ['100% of &all; &#xffffffff;', null, '', ''],
    ['no words of any code, getUserNameFromSession and a1b2c3d4e5f6a7b8c9d0', null, '', ''],
  ])('in %s', (text, decoded, part, source) => {
    const { texts, sources } = found(text, part);
    expect(texts).toEqual(decoded === null ? [] : [decoded]);
    expect(sources).toEqual(decoded === null ? [] : [source]);
    const bytes = Buffer.from(text);
    if (decoded !== null) expect(new EncodedPlaces(bytes).isIn(0, bytes.length)).toBe(true);
  });

  test.each([0, 1, 2])('in base64 at every alignment (%i)', (shift) => {
    const text = `${'-'.repeat(shift)} the word is hunter2! and so it goes on`;
    const whole = `id ${base64(text)} end`;
    const { texts, sources } = found(whole, 'hunter2!');
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain(text);
    expect(Buffer.from(sources[0]!, 'base64').length).toBeGreaterThanOrEqual(6);
    const [before, after] = whole.split(sources[0]!);
    for (const rest of [before!, after!]) expect(base64Text(rest)).not.toMatch(/hunt|ter2/);
  });

  test('in base64 that is broken into lines', () => {
    const text = 'many words before the word, which is hunter2! and so it goes on for a while';
    const lines = base64(text).replaceAll(/.{24}/g, '$&\r\n  ');
    const { sources } = found(lines, 'hunter2!');
    expect(sources).toHaveLength(1);
    expect(lines).toContain(sources[0]!);
  });
});

/** Whatever the letters left of a stretch still say. */
function base64Text(letters: string): string {
  const run = letters.replaceAll(/[^A-Za-z0-9+/]/g, '');
  return [0, 1, 2, 3].map((shift) => Buffer.from(run.slice(shift), 'base64').toString('latin1')).join(' ');
}
