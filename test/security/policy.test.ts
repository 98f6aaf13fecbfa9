import { describe, expect, test } from 'vitest';
import { BUNDLES, DEFAULT_POLICY, policyDigest, policyOf, resolvePolicy } from '../../src/security/policy.ts';
import { toolNamed } from '../../src/security/registry.ts';

describe('resolvePolicy', () => {
  test('the default runs what exists and says what is to come', () => {
    const policy = resolvePolicy(DEFAULT_POLICY);
    const planned = (name: string) => toolNamed(name).source === 'planned';
    expect(policy.pending).toEqual(BUNDLES.recommended.filter(planned));
    expect([...policy.tools, ...policy.pending].sort()).toEqual([...BUNDLES.recommended].sort());
    expect(policy.tools).toContain('regex');
    expect(policy.digest).toMatch(/^[0-9a-f]{8}$/);
  });

  test('off has no detectors', () => {
    expect(resolvePolicy('off').detectors).toEqual([]);
  });

  test('policies have different digests', () => {
    const digests = ['off', 'basic', 'recommended'].map((name) => resolvePolicy(name).digest);
    expect(new Set(digests).size).toBe(3);
  });

  test('strict is refused as long as a tool of it is missing', () => {
    expect(() => resolvePolicy('strict')).toThrow(
      expect.objectContaining({
        code: 'OT_POLICY_TOOL_MISSING',
        kind: 'refused',
        message: expect.stringContaining('trufflehog'),
      }),
    );
  });

  test.each(['', 'custom', '__proto__', 'toString'])('no policy %j', (name) => {
    expect(() => resolvePolicy(name)).toThrow(
      expect.objectContaining({ code: 'OT_POLICY_UNKNOWN', kind: 'usage' }),
    );
  });
});

describe('policyOf', () => {
  const program = { name: 'gitleaks', version: '1 8.30.1', find: async () => [] };

  test('a set of tools that equals a bundle has its name, another is custom', () => {
    expect(policyOf([...BUNDLES.recommended].reverse())).toMatchObject({
      name: 'recommended',
      digest: resolvePolicy('recommended').digest,
    });
    expect(policyOf([]).name).toBe('off');
    expect(policyOf(['regex']).name).toBe('custom');
  });

  test('tools run in canonical order, each once', () => {
    expect(policyOf(['path_anonymizer', 'regex', 'regex']).tools).toEqual(['regex', 'path_anonymizer']);
  });

  test('a program runs when it is given, and its version is part of the digest', () => {
    const policy = policyOf(['regex', 'gitleaks'], [program]);
    expect(policy).toMatchObject({ tools: ['regex', 'gitleaks'], external: [program] });
    expect(policyOf(['regex'], [program]).external).toEqual([]);
    const newer = policyOf(['regex', 'gitleaks'], [{ ...program, version: '1 8.31.0' }]);
    expect(newer.digest).not.toBe(policy.digest);
  });

  test.each([
    [['regex', 'gitleaks'], 'OT_POLICY_TOOL_MISSING', 'gitleaks'],
    [['llm_pii'], 'OT_POLICY_TOOL_MISSING', 'llm_pii'],
    [['regex', 'constructor'], 'OT_TOOL_UNKNOWN', ''],
  ])('%j is refused', (tools, code, word) => {
    expect(() => policyOf(tools)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(word) }),
    );
  });
});

test('a digest changes with name, tools and versions', () => {
  const a = { name: 'regex', version: 1 };
  const digests = [
    policyDigest('x', []),
    policyDigest('y', []),
    policyDigest('x', [a]),
    policyDigest('x', [{ ...a, version: 2 }]),
    policyDigest('x', [a, { name: 'entropy', version: 1 }]),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});
