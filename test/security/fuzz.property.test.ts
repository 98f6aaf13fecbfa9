import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import { sealedValue, settleSeal } from '../../src/security/seal.ts';
import { SecretList } from '../../src/security/secret-list.ts';

import { SAMPLES } from './samples.ts';

const SEED = 20_260_202;
const policy = resolvePolicy('recommended');

function sealAll(lines: readonly Buffer[], list: SecretList): Promise<Buffer[]> {
  return settleSeal({ policy, list, format: 'claude-jsonl' }, async (session) => {
    for (const line of lines) session.scan(line);
    return lines.map((line) => sealedValue(session.seal(line)));
  });
}

const JOINTS = [
  '',
  ' ',
  '\n',
  '"',
  "'",
  '\\',
  '\\n',
  '\\\\',
  '/',
  '=',
  ':',
  '-',
  '@',
  '{"',
  '"}',
  '[',
  ']',
  'a',
  '7',
  'é',
  '\ud800',
];
const PATHS = [
  '/home/alix/',
  '/Users/bobjones',
  'C:\\Users\\Alix Smith\\',
  '-Users-alix-',
  '%2Fhome%2Falix',
  'alix',
  'bobjones',
];
const MARKS = [
  '[REDACTED:user:1]',
  '[REDACTED:password:2]',
  '[REDACTED:',
  ':1]',
  'password="',
  'Bearer ',
  'token: ',
  '://a:',
  '\\u00',
];

const piece = fc.oneof(
  fc.constantFrom(...SAMPLES).map(({ text }) => text),
  fc.constantFrom(...SAMPLES).chain(({ secret }) => fc.nat(secret.length).map((end) => secret.slice(0, end))),
  fc.constantFrom(...JOINTS),
  fc.constantFrom(...PATHS, ...MARKS),
  fc.string({ maxLength: 6 }),
);
const text = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
const json = fc.oneof(
  text.map((value) => JSON.stringify({ text: value })),
  text.map((value) => JSON.stringify({ password: value, out: JSON.stringify({ inner: value }) })),
  fc.tuple(text, text).map(([key, value]) => JSON.stringify({ [key]: value, uuid: value })),
);
const line = fc.oneof(
  { weight: 3, arbitrary: json.map((value) => Buffer.from(value)) },
  { weight: 1, arbitrary: text.map((value) => Buffer.from(value.replaceAll('\n', ' '))) },
  {
    weight: 1,
    arbitrary: fc.tuple(json, fc.nat(60)).map(([value, cut]) => Buffer.from(value + value.slice(cut))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
);

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

describe(`any lines (seed ${SEED})`, () => {
  test('are sealed, stay JSON, and sealing again changes nothing', async () => {
    const property = fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
      const list = new SecretList();
      const sealed = await sealAll(lines, list);
      expect(sealed.map(isJson)).toEqual(lines.map(isJson));
      expect(await sealAll(sealed, list)).toEqual(sealed);
      expect(await sealAll(sealed, new SecretList())).toEqual(sealed);
      expect(await sealAll(lines, SecretList.decode(list.encode()))).toEqual(sealed);
    });
    await fc.assert(property, { seed: SEED, numRuns: 150 });
  });
});
