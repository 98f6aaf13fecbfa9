import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import {
  combineSealed,
  deriveSealed,
  openSealSession,
  type Sealed,
  type SealSession,
  sealedValue,
  settleSeal,
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

describe('a secret that comes to light while sealing', () => {
  /** Only when the first name is gone does the second stand at the begin of a path. */
  const lines = ['{"a":"alixsmith/home/bobjones/x"}', '{"a":"/home/alixsmith/x"}'].map((line) =>
    Buffer.from(line),
  );

  const attempt = async (seal: SealSession): Promise<string[]> => {
    for (const line of lines) seal.scan(line);
    return lines.map((line) => sealedValue(seal.seal(line)).toString());
  };

  test('stops the session, as does a line that was never scanned', async () => {
    const unsettled = expect.objectContaining({
      code: 'OT_SEAL_UNSETTLED',
      kind: 'conflict',
      retryable: true,
    });
    await expect(attempt(session())).rejects.toThrow(unsettled);
    expect(() => session().seal(lines[1]!)).toThrow(unsettled);
  });

  test('is known to the next attempt', async () => {
    const list = new SecretList();
    const options = { policy: resolvePolicy('recommended'), list, format: 'claude-jsonl' };
    const sealed = await settleSeal(options, attempt);
    expect(sealed).toEqual([
      '{"a":"[REDACTED:user:1]/home/[REDACTED:user:2]/x"}',
      '{"a":"/home/[REDACTED:user:1]/x"}',
    ]);
    expect(await attempt(session('recommended', list))).toEqual(sealed);
  });

  test('without end blocks', async () => {
    const list = new SecretList();
    let n = 0;
    const endless = async (seal: SealSession): Promise<void> => {
      seal.seal(lines[0]!);
      n += 1;
      list.add('password', `value ${n}`);
      seal.seal(lines[0]!);
    };
    const options = { policy: resolvePolicy('recommended'), list, format: 'claude-jsonl' };
    await expect(settleSeal(options, endless)).rejects.toThrow(
      expect.objectContaining({ code: 'OT_SEAL_RESIDUE' }),
    );
  });
});

describe('a stream', () => {
  const raw = Buffer.from(
    '{"cwd":"/home/alixsmith/a"}\r\n\n{"cwd":"/home/alixsmith/b"}\ncut off /home/alixsmith',
  );

  async function* chunks(size: number): AsyncIterable<Buffer> {
    for (let at = 0; at < raw.length; at += size) yield raw.subarray(at, at + size);
  }

  test.each([1, 7, 4096])(
    'keeps its line ends, in chunks of %i, and counts a second reading once',
    async (size) => {
      const seal = session();
      for (const line of raw.toString().split('\n')) seal.scan(Buffer.from(line));
      const read = sealedValue(seal.sealStream(() => chunks(size)));
      for (let reading = 0; reading < 2; reading += 1) {
        const sealed: Buffer[] = [];
        for await (const bytes of read()) sealed.push(bytes);
        expect(Buffer.concat(sealed).toString()).toBe(
          raw.toString().replaceAll('alixsmith', '[REDACTED:user:1]'),
        );
      }
      expect(seal.report()).toMatchObject({ replaced: { user: 3 }, lines: 4 });
    },
  );
});
