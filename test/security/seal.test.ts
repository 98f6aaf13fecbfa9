import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import {
  combineSealed,
  deriveSealed,
  openSealSession,
  type Sealed,
  type SealSession,
  sealedValue,
} from '../../src/security/seal.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { draw } from './samples.ts';

function session(policy = 'recommended', list = new SecretList()): SealSession {
  return openSealSession({ policy: resolvePolicy(policy), list, format: 'claude-jsonl' });
}

describe('Sealed', () => {
  test('only this module makes one: types', () => {
    // @ts-expect-error a plain value is not sealed
    const plain: Sealed<string> = 'text';
    // @ts-expect-error nor is an object of the same look
    const lookAlike: Sealed<string> = { value: 'text' };
    // @ts-expect-error nor does an assertion help
    const asserted = { value: 'text' } as Sealed<string>;
    // @ts-expect-error a sealed value is no plain one
    const leaked: string = session().sealText('x');
    expect([plain, lookAlike, asserted, leaked]).toHaveLength(4);
  });

  test('only this module makes one: at run time', () => {
    for (const forged of [{}, Object.create(Object.getPrototypeOf(session().sealText('x'))), null]) {
      expect(() => sealedValue(forged as unknown as Sealed<string>)).toThrow(TypeError);
    }
  });

  test('its content does not show in JSON or logs', () => {
    expect(JSON.stringify(session().sealText('visible'))).toBe('{}');
  });

  test('derived and combined values are sealed', () => {
    const length = deriveSealed(session().sealText('four'), (text) => text.length);
    expect(sealedValue(combineSealed([length, length]))).toEqual([4, 4]);
  });
});

describe('a session', () => {
  const token = `ghp${'_'}${draw(36)}`;

  test('texts and values beside the source are sealed with its list', () => {
    const list = new SecretList();
    const seal = session('recommended', list);
    expect(sealedValue(seal.sealText(`/home/alix/${token}`))).toBe(
      '/home/[REDACTED:user:1]/[REDACTED:access_token:2]',
    );
    expect(sealedValue(seal.sealJson({ id: 'x', cwd: '/home/alix/é', n: 1.5 }))).toEqual({
      id: 'x',
      cwd: '/home/[REDACTED:user:1]/é',
      n: 1.5,
    });
    expect(list.size).toBe(2);
  });

  test('the report counts and tells nothing else', () => {
    const seal = session();
    const line = Buffer.from(JSON.stringify({ a: token, b: `${token} /home/alix/x` }));
    seal.scan(line);
    seal.seal(line);
    expect(seal.report()).toMatchObject({
      replaced: { access_token: 2, user: 1 },
      lines: 1,
      bytesIn: line.length,
    });
  });

  test('policy off returns the very line', () => {
    const line = Buffer.from(JSON.stringify({ a: token }));
    const seal = session('off');
    seal.scan(line);
    expect(sealedValue(seal.seal(line))).toBe(line);
  });
});
