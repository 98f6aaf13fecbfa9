import { expect, it } from 'vitest';
import { shortId, shortIds } from '../../src/base/short-ids.ts';

it('ids are cut to what tells them apart, and to no less than 8 characters', () => {
  const [a, b, c, d] = ['11111111-aaaa', '11111111-aabb', '11111111-b', '2222222222'] as const;
  const cut = shortIds([d, b, a, c, a]);
  expect([a, b, c, d].map((id) => cut.get(id))).toEqual([
    '11111111-aaa',
    '11111111-aab',
    '11111111-b',
    '22222222',
  ]);
  expect(shortId(a, ['', ''])).toBe('11111111');
  expect(shortId('abc', ['abcdefghijkl'])).toBe('abc');
  expect(shortIds([]).size).toBe(0);
});
