/** Pieces of listed secrets, found wherever they were cut. */
import { describe, expect, it } from 'vitest';
import { FragmentIndex } from '../../src/security/fragments.ts';

/** Made of parts: no real-looking key stands in this file. */
const NUMBER = ['2271', '1217', '9702', '857'].join('');
const VALUE = `${NUMBER}|${['4u7RlI11d', 'XQ0gTD0h4', 'OqRO51cIz'].join('')}`;

function piecesIn(text: string): string[] {
  const index = new FragmentIndex([{ n: 1, kind: 'access_token', value: VALUE }]);
  return index.search(text).map(({ start, end }) => text.slice(start, end));
}

describe('a piece of a secret', () => {
  it('is found by any of its runs, also when the first repeats few characters', () => {
    const piece = VALUE.slice(0, 11);
    expect(new Set(piece.slice(0, 8)).size).toBeLessThan(4);
    expect(piecesIn(`out: ${piece}\n`)).toEqual([piece]);
  });

  it.each([8, 11, 13, 20])('of %d characters is found at every place of the value', (length) => {
    for (let at = NUMBER.length; at + length <= VALUE.length; at += 1) {
      const piece = VALUE.slice(at, at + length);
      expect(piecesIn(`before ${piece} behind`), String(at)).toEqual([piece]);
    }
  });

  it('of fewer than eight characters is none', () => {
    expect(piecesIn(`before ${VALUE.slice(-7)} behind`)).toEqual([]);
  });
});
