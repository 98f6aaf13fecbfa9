/** Time grows with the text, whatever the text: worst cases for each rule and for the sealer as a whole. */
import { describe, expect, test } from 'vitest';
import { resolvePolicy } from '../../src/security/policy.ts';
import type { Rule } from '../../src/security/rules/rule.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { SourceSealer } from '../../src/security/source-sealer.ts';
import { draw } from './samples.ts';
import { ALL_RULES, detectorOf, repeated, type Text, worstCases } from './worst-cases.ts';

const MB = 1024 * 1024;
/** Twice the text may take so many times as long; measurements jitter, quadratic work takes four times. */
const MAX_GROWTH = 2.6;
/** Below this many milliseconds growth says nothing. */
const FLOOR = 25;

function milliseconds(work: () => unknown): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** Best of a few runs at each size; repeated before it is believed, since the machine does other things too. */
function expectLinear(text: (size: number) => string, size: number, work: (text: string) => unknown): void {
  const [half, whole] = [text(size / 2), text(size)];
  const growth = (): number => {
    const best = (input: string): number => Math.min(...[1, 2, 3].map(() => milliseconds(() => work(input))));
    const [a, b] = [best(half), best(whole)];
    return b < FLOOR ? 0 : b / Math.max(a, 1);
  };
  const measured = [growth()];
  while (measured.at(-1)! > MAX_GROWTH && measured.length < 3) measured.push(growth());
  expect(Math.min(...measured), `growth at twice the size: ${measured.join(', ')}`).toBeLessThanOrEqual(
    MAX_GROWTH,
  );
}

describe('each rule on 20 MB', () => {
  test.each(ALL_RULES.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
    expectTenfold(mixed(rule), detectorOf(rule));
  });
});

/** All worst cases of a rule, one behind the other. */
function mixed(rule: Rule): Text {
  const cases = worstCases(rule);
  return (size) => cases.map((text) => text(Math.floor(size / cases.length))).join('\n');
}

/** Ten times the text takes ten times as long; half as much again is allowed for the machine. */
function expectTenfold(text: Text, work: (text: string) => unknown): void {
  const [part, whole] = [text(2 * MB), text(20 * MB)];
  const growth = (): number =>
    milliseconds(() => work(whole)) /
    Math.max(
      milliseconds(() => work(part)),
      FLOOR,
    );
  const measured = [growth()];
  while (measured.at(-1)! > 15 && measured.length < 3) measured.push(growth());
  expect(Math.min(...measured), `growth at ten times the size: ${measured.join(', ')}`).toBeLessThanOrEqual(
    15,
  );
}

describe('a line of 20 MB', () => {
  const policy = resolvePolicy('recommended');
  const seal = (text: string): Buffer => {
    const sealer = new SourceSealer({ policy, list: new SecretList(), format: 'claude-jsonl' });
    const line = Buffer.from(text, 'latin1');
    sealer.scan(line);
    return sealer.seal(line);
  };
  const token = `ghp${'_'}${draw(36)}`;
  const cases: Record<string, (size: number) => string> = {
    'one string': (size) => `{"text":"${repeated('some words about home users ')(size)}"}`,
    backslashes: (size) => `{"text":"${'\\'.repeat(size)}${token}"}`,
    'escaped quotes': (size) => `{"text":"${repeated('\\"')(2 * Math.floor(size / 2))} ${token}"}`,
    'escaped letters': (size) => `{"text":"${repeated('\\u0068')(6 * Math.floor(size / 6))}"}`,
    'open brackets': (size) => '['.repeat(size),
    'objects begun again and again': repeated('{"a":"'),
    'many values': (size) => `[${repeated('"a",')(4 * Math.floor(size / 4))}"${token}"]`,
    'many secrets': (size) => {
      const one = (i: number): string => `ghp${'_'}${draw(36, undefined, i)} `;
      return `{"text":"${Array.from({ length: Math.floor(size / 2000) }, (_, i) => one(i) + 'x'.repeat(1950)).join('')}"}`;
    },
    'a long value against itself': (size) =>
      `{"password":"a1${'a'.repeat(400)}","text":"${'a'.repeat(size)}"}`,
    'no JSON': repeated(`password = "x" home ${token.slice(0, 20)} `),
    binary: (size) =>
      Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) >>> 3))
        .toString('latin1')
        .repeat(Math.ceil(size / 4096)),
    'percent encoding': (size) => `{"text":"${repeated('%41%2F')(size)}${token}"}`,
    entities: (size) => `{"text":"${repeated('&#65;&amp;')(size)}${token}"}`,
    base64: (size) =>
      `{"text":"${Buffer.from(repeated('some text of words ')((size * 3) / 4)).toString('base64')} ${token}"}`,
    'much base64': (size) =>
      `{"text":"${repeated(`${Buffer.from('some text of words').toString('base64')} `)(size)} ${token}"}`,
    'pieces of a secret': (size) => `{"text":"${token} ${repeated(`${token.slice(9, 20)} `)(size)}"}`,
    placeholders: repeated('[REDACTED:user:1]/home/'),
  };
  test.each(Object.entries(cases))('%s', (_, text) => {
    expectLinear(text, 20 * MB, seal);
  });
});

test('JSON nested 10,000 deep is sealed inside', () => {
  const token = `ghp${'_'}${draw(36)}`;
  const line = Buffer.from(`${'{"a":['.repeat(10_000)}"${token}"${']}'.repeat(10_000)}`);
  const sealer = new SourceSealer({
    policy: resolvePolicy('recommended'),
    list: new SecretList(),
    format: 'x',
  });
  sealer.scan(line);
  expect(sealer.seal(line).toString()).toBe(line.toString().replace(token, '[REDACTED:access_token:1]'));
});
