import { describe, expect, test } from 'vitest';
import { POLICY_NAMES, resolvePolicy } from '../../src/security/policy.ts';
import { TOOLS, toolNamed } from '../../src/security/registry.ts';

describe('the registry', () => {
  test('names every tool of the seeds once', () => {
    expect(TOOLS.map(({ name }) => name)).toEqual([
      'regex',
      'entropy',
      'trufflehog',
      'gitleaks',
      'privacy_filter',
      'llm_pii',
      'business_logic',
      'path_anonymizer',
      'capsule_scope',
      'classifier',
    ]);
  });

  test('says name and version of a detector as the detector does', () => {
    for (const { name, version, detector } of TOOLS.filter((tool) => tool.detector !== null))
      expect([detector?.name, detector?.version]).toEqual([name, version]);
  });

  test.each(['', 'Regex', '__proto__', 'constructor'])('has no tool %j', (name) => {
    expect(() => toolNamed(name)).toThrow(
      expect.objectContaining({ code: 'OT_TOOL_UNKNOWN', kind: 'usage' }),
    );
  });
});

test('what a policy runs or waits for is in the registry', () => {
  for (const name of POLICY_NAMES.filter((each) => each !== 'strict')) {
    const { tools, pending } = resolvePolicy(name);
    for (const tool of [...tools, ...pending]) expect(toolNamed(tool).name).toBe(tool);
  }
});
