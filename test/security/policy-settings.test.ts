import { describe, expect, it } from 'vitest';
import { BUNDLES, POLICY_NAMES } from '../../src/security/policy.ts';
import { decodePolicySettings, encodePolicySettings, flagName } from '../../src/security/policy-settings.ts';
import { TOOLS } from '../../src/security/registry.ts';

const POLICY = 'opentraces.bucket.policy';

describe('decodePolicySettings', () => {
  it('is the recommended policy where nothing is set', () => {
    expect(decodePolicySettings([])).toMatchObject({ policy: 'recommended', timeLimit: undefined });
    expect([...decodePolicySettings([]).tools].sort()).toEqual([...BUNDLES.recommended].sort());
  });

  it('lets a flag win over the bundle, and the last value over those before it', () => {
    const { tools, policy } = decodePolicySettings([
      { name: POLICY, value: 'strict' },
      { name: POLICY, value: 'basic' },
      { name: flagName('entropy'), value: 'false' },
      { name: flagName('gitleaks'), value: 'no' },
      { name: flagName('gitleaks'), value: 'Yes' },
    ]);
    expect({ tools, policy }).toEqual({ tools: ['regex', 'gitleaks'], policy: 'custom' });
  });

  it('takes a time limit in seconds', () => {
    expect(decodePolicySettings([{ name: 'opentraces.security.timelimit', value: '5' }]).timeLimit).toBe(
      5000,
    );
  });

  it.each([
    [POLICY, 'Strict'],
    [POLICY, ''],
    [POLICY, 'custom'],
    [POLICY, 'recommended\noff'],
    [flagName('regex'), 'flase'],
    [flagName('regex'), '2'],
    [flagName('regx'), 'true'],
    [flagName('regx'), 'false'],
    [flagName('__proto__'), 'true'],
    [flagName('constructor'), 'true'],
    [flagName('Regex'), 'true'],
    ['opentraces.security.enabled', 'false'],
    ['opentraces.security.regex', 'false'],
    ['opentraces.security.regex.patterns', 'x'],
    ['opentraces.security.timelimit', '0'],
    ['opentraces.security.timelimit', '1e3'],
    ['opentraces.security.timelimit', '999999'],
    ['opentraces.bucket.policies', 'off'],
  ])('refuses %s = %j', (name, value) => {
    expect(() => decodePolicySettings([{ name, value }])).toThrow(
      expect.objectContaining({ code: 'OT_POLICY_CONFIG', kind: 'refused' }),
    );
  });

  it('says nothing of a value in its message', () => {
    const value = 'a-value-that-could-be-a-token';
    expect(() => decodePolicySettings([{ name: POLICY, value }])).toThrow(/^(?!.*could-be)/s);
  });
});

describe('encodePolicySettings', () => {
  it.each(POLICY_NAMES)('%s comes back, whatever was set before', (name) => {
    const before = TOOLS.flatMap((tool, index) => [
      { name: flagName(tool.name), value: index % 2 === 0 ? 'true' : 'false' },
    ]);
    const settings = [...before, ...encodePolicySettings(BUNDLES[name])];
    expect(decodePolicySettings(settings)).toMatchObject({ policy: name });
  });

  it('switches on before it switches off', () => {
    const values = encodePolicySettings(['regex']).map(({ value }) => value);
    expect(values.lastIndexOf('true')).toBeLessThan(values.indexOf('false'));
  });
});
