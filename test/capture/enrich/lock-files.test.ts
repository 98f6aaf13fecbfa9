import { describe, expect, it } from 'vitest';
import { LOCK_FILES } from '../../../src/capture/enrich/lock-files.ts';

function pins(file: string, text: string): string[] {
  return LOCK_FILES.get(file)!
    .parse(text)
    .map(({ name, version }) => `${name} ${version}`);
}

const NPM_3 = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    '': { name: 'app', version: '1.0.0' },
    'node_modules/a': { version: '1.2.3' },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
    'node_modules/alias': { name: 'real', version: '3.0.0' },
    'node_modules/linked': { link: true },
    'packages/own': { version: '0.0.1' },
  },
});
const NPM_1 = JSON.stringify({
  dependencies: { a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } } },
});

const LOCKS: ReadonlyArray<readonly [file: string, text: string, pins: readonly string[]]> = [
  ['package-lock.json', NPM_3, ['a 1.2.3', '@s/b 2.0.0', 'real 3.0.0']],
  ['package-lock.json', NPM_1, ['a 1.0.0', 'b 2.0.0']],
  [
    'pnpm-lock.yaml',
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    x: 1\npackages:\n\n  '@s/a@1.0.0(peer@2.0.0)':\n    resolution: {integrity: x}\n  b@2.0.0:\n  /c@3.0.0:\n  /@s/d/4.0.0:\n  /e/5.0.0_peer:\nsnapshots:\n  f@6.0.0:\n",
    ['@s/a 1.0.0', 'b 2.0.0', 'c 3.0.0', '@s/d 4.0.0', 'e 5.0.0_peer'],
  ],
  [
    'yarn.lock',
    '# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@^1.1.0":\n  version "1.1.0"\n  dependencies:\n    version "9"\n\nb@2:\n  version "2.0.0"\n',
    ['@s/a 1.1.0', 'b 2.0.0'],
  ],
  [
    'yarn.lock',
    '"a@npm:^1.0.0":\n  version: 1.2.0\n  resolution: "x"\n"own@workspace:.":\n  version: 0.0.0-use.local\n',
    ['a 1.2.0'],
  ],
  [
    'Cargo.lock',
    'version = 3\n\n[[package]]\nname = "serde"\nversion = "1.0.1"\n\n[[package]]\nname = "x"\nversion = "2"',
    ['serde 1.0.1', 'x 2'],
  ],
  [
    'uv.lock',
    '[[package]]\nname = "httpx"\nversion = "0.28.1"\n[package.metadata]\nname = "no"\n',
    ['httpx 0.28.1'],
  ],
  [
    'Pipfile.lock',
    '{"default":{"a":{"version":"==1.0"}},"develop":{"b":{"version":"==2.0"},"c":{"git":"x"}}}',
    ['a 1.0', 'b 2.0'],
  ],
  [
    'requirements.txt',
    'a==1.0\nb[x]==2.0 ; python_version < "3"\nc>=3\n# d==4\n-e .\ne == 5.0.0 \\\n',
    ['a 1.0', 'b 2.0', 'e 5.0.0'],
  ],
  [
    'go.mod',
    'module x\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgithub.com/c/d v0.0.0-2020-abc // indirect\n)\nrequire example.com/e v1.0.0\n',
    ['github.com/a/b v1.2.3', 'github.com/c/d v0.0.0-2020-abc', 'example.com/e v1.0.0'],
  ],
  [
    'Gemfile.lock',
    'GEM\n  remote: x\n  specs:\n    rails (7.1.0)\n      rack (>= 2)\n    rack (3.0.0)\n\nDEPENDENCIES\n  rails\n',
    ['rails 7.1.0', 'rack 3.0.0'],
  ],
  [
    'composer.lock',
    '{"packages":[{"name":"a/b","version":"v1"}],"packages-dev":[{"name":"c/d","version":"2"}]}',
    ['a/b v1', 'c/d 2'],
  ],
];

describe('LOCK_FILES', () => {
  it.each(LOCKS)('%s', (file, text, expected) => {
    expect(pins(file, text)).toEqual(expected);
  });

  it('takes any text, in time that grows with its length', () => {
    const started = Date.now();
    for (const [file, { parse }] of LOCK_FILES) {
      for (const text of [
        '',
        '{',
        '[]',
        'null',
        '{"packages":[1,{"name":{}}],"dependencies":3,"default":[]}',
      ]) {
        expect(parse(text), file).toEqual([]);
      }
      for (const part of [
        'a',
        ' ',
        '\n',
        '@',
        '/',
        '"',
        '(',
        '  a@',
        '[[package]]\n',
        '\tx v',
        'a==',
        'packages:\n',
      ]) {
        parse(part.repeat(100_000 / part.length));
      }
    }
    expect(Date.now() - started).toBeLessThan(5000);
  });

  it('keeps no name or version that is no word', () => {
    const odd = {
      'node_modules/a b': { version: '1' },
      'node_modules/c': { version: 'x\u001b[31m' },
      'node_modules/d': { version: '9'.repeat(300) },
    };
    expect(pins('package-lock.json', JSON.stringify({ packages: odd }))).toEqual([]);
  });
});
