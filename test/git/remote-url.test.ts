/** What may be a remote, and what of its URL stays apart. */
import { describe, expect, it } from 'vitest';
import { remoteAddress } from '../../src/git/program/remote-address.ts';
import { holdsSecret, isRemoteUrl, splitUser } from '../../src/git/remote-url.ts';

describe('a URL', () => {
  it.each([
    '/srv/x.git',
    'git@host:x.git',
    'host:x',
    'ssh://git@host:2222/x',
    'ssh://[::1]:22/x',
    'https://ada:pw@host:8443/x?y',
    'git://host/x',
    'file:///srv/x.git',
  ])('can be a remote: %s', (url) => expect(isRemoteUrl(url)).toBe(true));

  it.each([
    '',
    ' ',
    'relative/path',
    '-x',
    'ext::x',
    'ftp://host/x',
    'http://[::1/x',
    'http://host:port/x',
    'ssh://-oX=y/z',
    'ssh://a@-oX=y/z',
    'ssh://git:pw@host/x',
    'git://ada:pw@host/x',
    'https://a@b@host/x',
    'https://a:%0a@host/x',
    'https://a:%ff@host/x',
    'ssh://host/x\n',
  ])('cannot be one: %j', (url) => expect(isRemoteUrl(url)).toBe(false));

  it('is split from its user, and only that of http', () => {
    const cases: readonly (readonly [string, ReturnType<typeof splitUser>])[] = [
      ['https://a%40b:p%3Aw@h/x', { url: 'https://h/x', user: { name: 'a@b', password: 'p:w' } }],
      ['http://ada@h:1/x', { url: 'http://h:1/x', user: { name: 'ada', password: null } }],
      ['https://:@h/x', { url: 'https://:@h/x', user: null }],
      ['https://h/x@y:z', { url: 'https://h/x@y:z', user: null }],
      ['ssh://git@h/x', { url: 'ssh://git@h/x', user: null }],
      ['git@h:x', { url: 'git@h:x', user: null }],
    ];
    for (const [url, parts] of cases) expect(splitUser(url)).toEqual(parts);
  });

  it('holds a secret when it has a password, what may be a token, or values', () => {
    for (const url of ['https://a:b@h/x', 'https://ab12cd34ef56@h/x', 'https://h/x?y=z']) {
      expect(holdsSecret(url)).toBe(true);
    }
    for (const url of ['https://ada@h/x', 'ssh://git@h/x', 'https://h/x', '/a?b', 'git@h:x']) {
      expect(holdsSecret(url)).toBe(false);
    }
  });
});

it('a child gets the password beside its settings, which are scoped to the host', () => {
  const { name, env } = remoteAddress('https://ada:pw@h:1/x');
  const values = Object.entries(env).filter(([key]) => key.startsWith('GIT_CONFIG_'));
  expect(JSON.stringify([name, values])).not.toMatch(/pw|ada/);
  expect(env).toMatchObject({ GIT_OT_USER: 'ada', GIT_OT_PASSWORD: 'pw' });
  expect(env.GIT_CONFIG_KEY_2).toBe('credential.https://h:1.helper');
});
