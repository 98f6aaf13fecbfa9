import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, policyDigest, resolvePolicy } from '../../src/security/policy.ts';

describe('resolvePolicy', () => {
  test('the default runs what exists and says what is to come', () => {
    const policy = resolvePolicy(DEFAULT_POLICY);
    expect(policy.tools).toEqual(['regex', 'path_anonymizer']);
    expect(policy.pending).toEqual(['entropy', 'business_logic', 'classifier']);
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
