import { describe, expect, test } from 'vitest';
import type { Detector } from '../../src/security/contract.ts';
import { regexDetector } from '../../src/security/detectors/regex.ts';
import { resolvePolicy } from '../../src/security/policy.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { SourceSealer } from '../../src/security/source-sealer.ts';
import { draw, pemKey } from './samples.ts';

const token = `ghp${'_'}${draw(36)}`;
const policy = resolvePolicy('recommended');

function sealAll(lines: readonly (string | Buffer)[], list = new SecretList()): string[] {
  const sealer = new SourceSealer({ policy, list, format: 'claude-jsonl' });
  const buffers = lines.map((line) => Buffer.from(line));
  for (const line of buffers) sealer.scan(line);
  return buffers.map((line) => sealer.seal(line).toString('latin1'));
}

describe('sealing lines', () => {
  test('everything but the secret stays byte for byte', () => {
    const line = `{ "b":1.50, "a" : "\\u00e9\\/ ${token}\\n",\t"a":12345678901234567890 }`;
    expect(sealAll([line])).toEqual([line.replace(token, '[REDACTED:access_token:1]')]);
  });

  test('a line without a finding is the same buffer', () => {
    const sealer = new SourceSealer({ policy, list: new SecretList(), format: 'claude-jsonl' });
    const line = Buffer.from('{"text":"the token of home users"}');
    sealer.scan(line);
    expect(sealer.seal(line)).toBe(line);
  });

  test('a value found on a later line is removed from an earlier one', () => {
    const password = draw(20);
    const lines = [`{"text":"it was ${password}!"}`, `{"text":"DB_PASSWORD=${password}"}`];
    expect(sealAll(lines)[0]).toBe('{"text":"it was [REDACTED:password:1]!"}');
  });

  test('escaped in JSON inside strings, at every level', () => {
    const password = `p"a\\s/s-${draw(12)}`;
    const first = JSON.stringify({ password });
    const second = JSON.stringify({ output: first });
    const third = JSON.stringify({ output: second });
    const sealed = sealAll([first, second, third]);
    expect(JSON.parse(sealed[0]!)).toEqual({ password: '[REDACTED:password:1]' });
    expect(JSON.parse(JSON.parse(sealed[1]!).output)).toEqual({ password: '[REDACTED:password:1]' });
    expect(sealed[2]).not.toContain(draw(12));
    expect(JSON.parse(JSON.parse(JSON.parse(sealed[2]!).output).output)).toEqual({
      password: '[REDACTED:password:1]',
    });
  });

  test('letters written as escapes', () => {
    const hidden = [...token].map((char) => `\\u00${char.charCodeAt(0).toString(16).toUpperCase()}`).join('');
    expect(sealAll([`{"text":"a ${hidden} b"}`])).toEqual(['{"text":"a [REDACTED:access_token:1] b"}']);
  });

  test('base64 and percent-encoding of a listed value', () => {
    const password = `${draw(20)}/+${draw(9, undefined, 2)}`;
    const encoded = ['', 'x', 'xy'].map((pad) => Buffer.from(`${pad}${password}${pad}`).toString('base64'));
    const sealed = sealAll([
      JSON.stringify({ password }),
      ...encoded.map((text) => JSON.stringify({ text })),
      JSON.stringify({ text: encodeURIComponent(password) }),
    ]);
    for (const line of sealed) expect(line).toContain('[REDACTED:password:1]');
  });

  test('keys are searched too', () => {
    expect(sealAll([`{"${token}":1,"/home/alix/x":2}`])).toEqual([
      '{"[REDACTED:access_token:1]":1,"/home/[REDACTED:user:2]/x":2}',
    ]);
  });

  test('a key in the lines of a diff, once it is known whole', () => {
    const key = pemKey();
    const lines = key
      .split('\n')
      .slice(1, -2)
      .map((line) => `+${line}`);
    const sealed = sealAll([JSON.stringify({ file: key }), JSON.stringify({ lines })]);
    expect(JSON.parse(sealed[1]!).lines).toEqual(lines.map(() => '+[REDACTED:private_key:1]'));
  });

  test('user names outside paths: long ones as words, short ones in paths and addresses', () => {
    const line = JSON.stringify({
      a: '/home/alixsmith/x /home/bob/x',
      b: 'alixsmith bob alixsmithson ~bob bob@host x/bob/y',
    });
    expect(JSON.parse(sealAll([line])[0]!).b).toBe(
      '[REDACTED:user:1] bob alixsmithson ~[REDACTED:user:2] [REDACTED:user:2]@host x/[REDACTED:user:2]/y',
    );
  });
});

describe('structure', () => {
  const uuid = '0b34f2b0-1c2d-4e5f-8a9b-0c1d2e3f4a5b';

  test('ids stay, even when a text calls the same value a secret', () => {
    const lines = [`{"sessionId":"${uuid}","text":"api_key=${uuid}"}`];
    expect(JSON.parse(sealAll(lines)[0]!).sessionId).toBe(uuid);
  });

  test('a user called like a word of the format changes no structure', () => {
    const line =
      '{"type":"assistant","userType":"external","message":{"role":"assistant"},"cwd":"/home/assistant/x"}';
    const sealed = JSON.parse(sealAll([line])[0]!);
    expect(sealed).toMatchObject({
      type: 'assistant',
      message: { role: 'assistant' },
      cwd: '/home/[REDACTED:user:1]/x',
    });
  });

  test('signatures and images stay unless they hold a token that cannot be a coincidence', () => {
    const image = Buffer.from(draw(900)).toString('base64');
    const signature = `${draw(200)}/home/${draw(100)}+password=`;
    const line = JSON.stringify({
      source: { data: image },
      signature: Buffer.from(signature).toString('base64'),
    });
    expect(sealAll([line])).toEqual([line]);
    expect(sealAll([JSON.stringify({ signature: `${draw(80)}${token}${draw(80)}` })])[0]).not.toContain(
      token,
    );
  });

  test('an id field that holds no id is searched', () => {
    expect(sealAll([`{"uuid":"${token}"}`])).toEqual(['{"uuid":"[REDACTED:access_token:1]"}']);
  });

  test('broken lines are sealed as text, whole parts as JSON', () => {
    const lines = [`{"a":"${token}`, `{"a":"cut{"uuid":"${uuid}","b":"${token}"}`, `plain ${token}`];
    expect(sealAll(lines)).toEqual(lines.map((line) => line.replace(token, '[REDACTED:access_token:1]')));
  });

  test('invalid UTF-8 stays as it is', () => {
    const line = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from(`${token}"}`),
    ]);
    expect(sealAll([line])).toEqual(['{"a":"\xff\xfe\xc3[REDACTED:access_token:1]"}']);
  });
});

describe('placeholders', () => {
  test('sealing twice is sealing once, with the same list or a new one', () => {
    const list = new SecretList();
    const lines = [
      JSON.stringify({ password: 'hunter2-x9', cwd: '/home/alixsmith/x', t: `Bearer ${token}`, k: pemKey() }),
    ];
    const sealed = sealAll(lines, list);
    expect(sealAll(sealed, list)).toEqual(sealed);
    expect(sealAll(sealed)).toEqual(sealed);
  });

  test('numbers come from the list and stay when it grows', () => {
    const list = new SecretList();
    sealAll([`{"a":"/home/alixsmith/x"}`], list);
    expect(sealAll([`{"a":"/home/bobjones/x"}`, `{"a":"/home/alixsmith/x"}`], list)).toEqual([
      '{"a":"/home/[REDACTED:user:2]/x"}',
      '{"a":"/home/[REDACTED:user:1]/x"}',
    ]);
  });

  test('a forged placeholder hides nothing', () => {
    expect(sealAll([`{"a":"[REDACTED:${token}:1]"}`])[0]).not.toContain(token);
  });
});

test('a finding that stays names rule and line only', () => {
  /** Finds a new secret behind every one that was removed. */
  const endless: Detector = {
    ...regexDetector,
    name: 'endless',
    anchors: ['abc'],
    keys: null,
    detect: (text) => {
      const start = text.lastIndexOf('abc');
      return start < 0
        ? []
        : [{ kind: 'password', rule: 'endless-rule', tool: 'endless', start, end: start + 3 }];
    },
  };
  const endlessPolicy = { ...policy, detectors: [endless] };
  const sealer = new SourceSealer({ policy: endlessPolicy, list: new SecretList(), format: '' });
  sealer.seal(Buffer.from('{"a":"x"}'));
  expect(() => sealer.seal(Buffer.from(`{"a":"${'abc '.repeat(9)}"}`))).toThrow(
    expect.objectContaining({
      code: 'OT_SEAL_RESIDUE',
      kind: 'blocked',
      message: 'line 2 still holds a finding of rule endless-rule after sealing',
    }),
  );
});
