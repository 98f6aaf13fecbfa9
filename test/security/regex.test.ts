import { describe, expect, test } from 'vitest';
import { REGEX_RULES, regexDetector } from '../../src/security/detectors/regex.ts';
import { PERSONAL_RULES } from '../../src/security/rules/personal.ts';
import { PROVIDER_RULES } from '../../src/security/rules/providers/index.ts';
import { VENDOR_RULES } from '../../src/security/rules/vendors.ts';
import { MANIFESTS, NEAR_MISSES, pemKey, SAMPLES, URL_PARTS } from './samples.ts';

const plain = { key: null, opaque: false };

function found(text: string): string[] {
  return regexDetector.detect(text, plain).map(({ start, end }) => text.slice(start, end));
}

describe('rules', () => {
  test.each([...SAMPLES, ...URL_PARTS, ...MANIFESTS].map((sample) => [sample.rule, sample] as const))(
    '%s is found whole',
    (_, sample) => {
      const findings = regexDetector.detect(sample.text, plain);
      const finding = findings.find(({ rule }) => rule === sample.rule);
      expect(finding && sample.text.slice(finding.start, finding.end)).toBe(sample.secret);
      expect(finding?.kind).toBe(sample.kind);
    },
  );

  test('every rule has a sample here, or in rules.test.ts or personal.test.ts', () => {
    const sampled = new Set([...SAMPLES, ...URL_PARTS, ...MANIFESTS].map(({ rule }) => rule));
    const drawn = new Set([...PROVIDER_RULES, ...VENDOR_RULES, ...PERSONAL_RULES].map(({ name }) => name));
    const names = REGEX_RULES.map(({ name }) => name);
    expect(names.filter((name) => !sampled.has(name) && !drawn.has(name))).toEqual([]);
  });

  test.each(NEAR_MISSES)('nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('private keys', () => {
  const key = pemKey();
  test('JSON-escaped once and twice', () => {
    const once = JSON.stringify(key).slice(1, -1);
    const twice = JSON.stringify(once).slice(1, -1);
    expect(found(`x ${once} y`)).toEqual([once]);
    expect(found(`x ${twice} y`)).toEqual([twice]);
  });

  test('cut off in its body', () => {
    const cut = key.slice(0, 300);
    expect(found(`${cut}`)).toEqual([cut]);
  });

  test('with line numbers, as file readers print them', () => {
    const numbered = key.split('\n').map((line, i) => `${String(i + 9).padStart(6)}\t${line}`);
    expect(found(numbered.join('\n'))[0]).toContain(numbered.at(-2)!.slice(7));
  });

  test('with attributes before the body', () => {
    const lines = key.split('\n');
    lines.splice(1, 0, 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,00AA', '');
    expect(found(lines.join('\n'))).toEqual([lines.join('\n')]);
  });

  test('the text after a key stays', () => {
    expect(found(`${key}\nfollowing words stay`)).toEqual([key]);
  });
});
