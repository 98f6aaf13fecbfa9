/** `bucket security`, `setup TOOL` and `security tools`. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BUNDLES } from '../../src/security/policy.ts';
import { TOOLS } from '../../src/security/registry.ts';
import { type Machine, newMachine, type Outcome, runInProcess } from '../support/cli.ts';
import { pathWithoutTools, pathWithTool } from '../support/tools.ts';

const PLAIN_PATH = pathWithoutTools(existsSync);

let machine: Machine;

beforeEach(() => {
  machine = newMachine({ PATH: PLAIN_PATH });
});

const run = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine });

async function json(...argv: string[]) {
  const { code, stdout } = await run(...argv, '--json');
  return { code, ...JSON.parse(stdout) };
}

/** Settings with plain git, as a person or an attacker with access to the file writes them. */
function plainConfig(...args: string[]): string {
  return execFileSync('git', ['config', '--global', ...args], { env: machine.env, encoding: 'utf8' });
}

describe('bucket security', () => {
  const NAMES = ['off', 'basic', 'recommended', 'strict'];

  it('inspects, and writes nothing', async () => {
    const before = readFileSync(machine.env.GIT_CONFIG_GLOBAL!, 'utf8');
    expect(await json('bucket', 'security')).toMatchObject({
      code: 0,
      status: 'ok',
      schema_version: 'opentraces.bucket.security.v1',
      security: { enabled: true, scope: 'bucket', policy: 'recommended', available_policies: NAMES },
      changes: { enabled: [], disabled: [] },
    });
    expect(readFileSync(machine.env.GIT_CONFIG_GLOBAL!, 'utf8')).toBe(before);
    expect(existsSync(machine.otHome)).toBe(false);
  });

  it.each(Object.entries(BUNDLES))('applies exactly the bundle %s', async (policy, tools) => {
    const all = TOOLS.map(({ name }) => `[opentraces "security.${name}"]\n enabled\n`);
    appendFileSync(machine.env.GIT_CONFIG_GLOBAL!, all.join(''));
    const { security, changes } = await json('bucket', 'security', '--policy', policy);
    expect(security).toMatchObject({ policy, enabled: tools.length > 0 });
    expect([...security.tools].sort()).toEqual([...tools].sort());
    const lost = TOOLS.map(({ name }) => name).filter((name) => !tools.includes(name));
    expect(changes).toEqual({ enabled: [], disabled: lost });
    expect((await json('bucket', 'security')).security).toEqual(security);
    const list = plainConfig('--type=bool', '--get-regexp', '^opentraces\\.security\\.');
    const flags = TOOLS.map(({ name }) => `opentraces.security.${name}.enabled ${tools.includes(name)}`);
    expect(list.trim().split('\n').sort()).toEqual(flags.sort());
  });

  it('names what a policy switches off', async () => {
    await run('bucket', 'security', '--tool', 'gitleaks', '--enable');
    const { stderr } = await run('bucket', 'security', '--policy', 'basic');
    expect(stderr).toMatch(/warning: policy basic switches off gitleaks, business_logic, path_anonymizer/);
  });

  it('switches several tools; a set that is no bundle is custom', async () => {
    const on = await json('bucket', 'security', '--tool', 'gitleaks', '--tool', 'llm_pii', '--enable');
    expect(on).toMatchObject({
      security: { policy: 'custom' },
      changes: { enabled: ['gitleaks', 'llm_pii'], disabled: [] },
      warnings: expect.arrayContaining([expect.stringContaining('gitleaks is not installed')]),
    });
    const off = await json('bucket', 'security', '--tool', 'gitleaks', '--tool', 'llm_pii', '--disable');
    expect(off).toMatchObject({ security: { policy: 'recommended' }, changes: { enabled: [] } });
  });

  it('is not what a repository of code says', async () => {
    execFileSync('git', ['init', '-q', machine.cwd], { env: machine.env });
    execFileSync('git', ['config', 'opentraces.bucket.policy', 'off'], {
      env: machine.env,
      cwd: machine.cwd,
    });
    expect((await json('bucket', 'security')).security).toMatchObject({ policy: 'recommended' });
    await run('config', 'set', 'security.path_anonymizer.enabled', 'false');
    expect(plainConfig('opentraces.security.path_anonymizer.enabled')).toBe('false\n');
    expect((await json('bucket', 'security')).security).toMatchObject({ policy: 'custom' });
  });

  it.each([
    [['--policy', 'custom'], 'OT_BAD_VALUE'],
    [['--policy', 'Strict'], 'OT_BAD_VALUE'],
    [['--tool', 'regex'], 'OT_OPTION_CONFLICT'],
    [['--tool', 'regex', '--enable', '--disable'], 'OT_OPTION_CONFLICT'],
    [['--enable'], 'OT_OPTION_CONFLICT'],
    [['--policy', 'basic', '--disable'], 'OT_OPTION_CONFLICT'],
    [['--policy', 'basic', '--tool', 'regex', '--enable'], 'OT_OPTION_CONFLICT'],
    [['--tool', 'regx', '--enable'], 'OT_TOOL_UNKNOWN'],
    [['--tool', '__proto__', '--disable'], 'OT_TOOL_UNKNOWN'],
  ])('%j is a usage error', async (args, code) => {
    expect(await json('bucket', 'security', ...args)).toMatchObject({ code: 2, error: { code } });
    expect((await json('bucket', 'security')).security).toMatchObject({ policy: 'recommended' });
  });

  it('mends flags that say nothing, and keeps refusing names that mean nothing', async () => {
    plainConfig('opentraces.security.regex.enabled', 'flase');
    expect(await json('bucket', 'security')).toMatchObject({ code: 3, error: { code: 'OT_POLICY_CONFIG' } });
    expect((await json('bucket', 'security', '--policy', 'basic')).security).toMatchObject({
      policy: 'basic',
    });
    plainConfig('opentraces.security.bogus.enabled', 'true');
    const refused = await json('bucket', 'security', '--policy', 'basic');
    expect(refused).toMatchObject({ code: 3, error: { code: 'OT_POLICY_CONFIG' } });
    expect(refused.error).toMatchObject({ message: expect.stringContaining('security.bogus.enabled') });
  });
});

describe('a policy by its name', () => {
  it('is what git ot config set makes of a policy, whatever flags were there', async () => {
    await run('bucket', 'security', '--policy', 'strict');
    expect(await json('config', 'set', 'bucket.Policy', 'basic')).toMatchObject({ code: 0 });
    expect(await json('bucket', 'security')).toMatchObject({ security: { policy: 'basic' }, warnings: [] });
    expect(plainConfig('opentraces.bucket.policy')).toBe('basic\n');
    expect((await json('config', 'set', 'bucket.policy', 'none')).code).toBe(2);
  });

  it('says when plain git named a policy that flags make another', async () => {
    plainConfig('opentraces.bucket.policy', 'strict');
    expect((await json('bucket', 'security')).security).toMatchObject({ policy: 'strict' });
    await run('bucket', 'security', '--policy', 'basic');
    plainConfig('opentraces.bucket.policy', 'strict');
    const { security, warnings } = await json('bucket', 'security');
    expect(security.policy).toBe('basic');
    expect(warnings).toEqual([expect.stringContaining('opentraces.bucket.policy is strict, but flags')]);
    expect((await json('bucket', 'security', '--tool', 'entropy', '--disable')).warnings).toEqual([]);
  });
});

describe('setup TOOL', () => {
  it('switches a tool off and on again', async () => {
    const off = await json('setup', 'path_anonymizer', '--disable');
    expect(off).toMatchObject({ code: 0, changes: { enabled: [], disabled: ['path_anonymizer'] } });
    const on = await json('setup', 'path_anonymizer');
    expect(on).toMatchObject({
      security: { policy: 'recommended' },
      changes: { enabled: ['path_anonymizer'] },
    });
  });

  it('switches on a program that is installed, and none that is not', async () => {
    expect(await json('setup', 'gitleaks')).toMatchObject({ code: 3, error: { code: 'OT_TOOL_MISSING' } });
    expect((await json('bucket', 'security')).security).toMatchObject({ policy: 'recommended' });
    const env = { PATH: pathWithTool('gitleaks') };
    const found = await runInProcess(['setup', 'gitleaks', '--json'], { machine, env });
    const { changes, warnings } = JSON.parse(found.stdout);
    expect(changes).toEqual({ enabled: ['gitleaks'], disabled: [] });
    expect(warnings.join()).not.toContain('gitleaks');
  });

  it.each(['privacy_filter', 'llm_pii'])('%s answers that it is not configured', async (tool) => {
    const { code, error } = await json('setup', tool);
    expect({ code, error }).toMatchObject({ code: 3, error: { message: `${tool} is not configured` } });
  });
});

describe('security tools', () => {
  it('lists every tool of the registry with its state', async () => {
    const { tools, schema_version } = await json('security', 'tools', 'list');
    expect(schema_version).toBe('opentraces.security_tools.v1');
    const states = new Map(
      (tools as { name: string; state: string }[]).map((tool) => [tool.name, tool.state]),
    );
    expect([...states.keys()]).toEqual(TOOLS.map(({ name }) => name));
    expect(Object.fromEntries(states)).toMatchObject({
      regex: 'enabled',
      gitleaks: 'missing',
      llm_pii: 'missing',
    });
    expect((await run('security', 'tools', 'list')).stdout).toMatch(/^regex +detector +enabled/m);
  });

  it('tells a program that is there from one that does not answer', async () => {
    const info = async (path: string) => {
      const argv = ['security', 'tools', 'info', 'trufflehog', '--json'];
      return JSON.parse((await runInProcess(argv, { machine, env: { PATH: path } })).stdout).tool;
    };
    expect(await info(pathWithTool('trufflehog'))).toMatchObject({ state: 'disabled', version: '8.99.0' });
    expect(await info(pathWithTool('trufflehog', '', '"; exit 9; "'))).toMatchObject({
      state: 'unreachable',
    });
    expect(await json('security', 'tools', 'info', 'nothing')).toMatchObject({ code: 2 });
  });
});
