import { describe, expect, test } from 'vitest';
import { fromString, toText } from '../../src/security/byte-text.ts';
import { pathAnonymizer } from '../../src/security/detectors/path-anonymizer.ts';

function names(text: string): string[] {
  const bytes = fromString(text);
  return pathAnonymizer
    .detect(bytes, { key: null, opaque: false })
    .map(({ start, end }) => toText(bytes.slice(start, end)));
}

describe('home paths', () => {
  test.each([
    ['/home/alix/acme', 'alix'],
    ['/Users/alix', 'alix'],
    ['see /home/alix.b-c/x.', 'alix.b-c'],
    ['cd /home/alix.', 'alix'],
    ['"/Users/José/x"', 'José'],
    ['C:\\Users\\Alix\\x', 'Alix'],
    ['c:\\\\users\\\\alix\\\\x', 'alix'],
    ['C:\\Users\\Alix Smith\\x', 'Alix Smith'],
    ['C:/Users/alix/x', 'alix'],
    ['file:///C:/Users/alix/x', 'alix'],
    ['file:///home/alix/x', 'alix'],
    ['/mnt/c/Users/alix/x', 'alix'],
    ['/cygdrive/c/Users/alix/x', 'alix'],
    ['\\\\wsl$\\Ubuntu\\home\\alix\\x', 'alix'],
    ['\\\\wsl.localhost\\Ubuntu-22.04\\home\\alix\\x', 'alix'],
    ['\\/home\\/alix\\/x', 'alix'],
    ['%2Fhome%2Falix%2Fx', 'alix'],
    ['file=C%3A%5CUsers%5Calix%5Cx', 'alix'],
    ['.claude/projects/-Users-alix-code', 'alix'],
    ['"-home-alix-code"', 'alix'],
    ['projects/C--Users-alix-code', 'alix'],
    ['gcc -I/home/alix/include', 'alix'],
    ['PATH=/bin:/home/alix/bin', 'alix'],
    ['alix@host:/home/alix/x', 'alix'],
    ['/var/home/alix/x', 'alix'],
    ['+/home/alix/x', 'alix'],
  ])('%j', (text, name) => {
    expect(names(text)).toEqual([name]);
  });

  test.each([
    ['', 'root', 'x'].join('/'),
    '/home/user/x',
    '/home/runner/work',
    '/Users/Shared/x',
    '/Users/<name>/x',
    '/home/$USER/x',
    '/home/[REDACTED:user:1]/x',
    'https://acme.dev/home/alix',
    'src/home/alix.ts',
    './home/alix',
    'GET /users/alix',
    'my-home-alix-page',
    'run --home-alix',
    '/home/',
    '/home/*/x',
    'at home/alix',
    '/home/123/x',
  ])('nobody in %j', (text) => {
    expect(names(text)).toEqual([]);
  });
});
