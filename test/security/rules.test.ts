/** Every rule finds what its own pattern describes, whole and by itself; none needs a certain neighbour. */
import { describe, expect, test } from 'vitest';
import { REGEX_RULES, regexDetector } from '../../src/security/detectors/regex.ts';
import { PROVIDER_RULES } from '../../src/security/rules/providers/index.ts';
import { VENDOR_RULES } from '../../src/security/rules/vendors.ts';
import { drawFrom } from './drawn.ts';
import { SAMPLES } from './samples.ts';

const plain = { key: null, opaque: false };
const SEEDS = [3, 11, 29, 47, 61, 83, 97, 113];
/** A draw may be a word or a sample by chance, and is then let pass. */
const ENOUGH = 6;

function coverage(text: string, secret: string): number {
  const at = text.indexOf(secret);
  const marks = new Set<number>();
  for (const { start, end } of regexDetector.detect(text, plain))
    for (let i = Math.max(start, at); i < Math.min(end, at + secret.length); i += 1) marks.add(i);
  return marks.size / secret.length;
}

/** The secret of a draw: what stands behind its name, when the rule wants one. */
function found(rule: { pattern?: RegExp }, text: (secret: string) => string): number {
  return SEEDS.filter((seed) => {
    const secret = drawFrom(rule.pattern!, seed);
    return coverage(text(secret), secret.slice(secret.search(/[^=:]*$/))) === 1;
  }).length;
}

/** These have samples of their own in `samples.ts`: a draw of their patterns is no secret. */
const SAMPLED = new Set(SAMPLES.map(({ rule }) => rule));

describe('provider shapes', () => {
  test.each(
    PROVIDER_RULES.filter(({ name }) => !SAMPLED.has(name)).map((rule) => [rule.name, rule] as const),
  )('%s', (_, rule) => {
    expect(found(rule, (secret) => `the value is ${secret} here`)).toBeGreaterThanOrEqual(ENOUGH);
  });
});

describe('issuers without a shape', () => {
  test.each(VENDOR_RULES.flatMap((rule) => rule.anchors.map((name) => [name, rule] as const)))(
    '%s',
    (name, rule) => {
      expect(found(rule, (secret) => `${name.toUpperCase()}_KEY=${secret}\n`)).toBeGreaterThanOrEqual(ENOUGH);
      expect(found(rule, (secret) => `{"${name}": "${secret}"}`)).toBeGreaterThanOrEqual(ENOUGH);
    },
  );
});

test('names of rules are unique', () => {
  const names = REGEX_RULES.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
