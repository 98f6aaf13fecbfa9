/** `setup bucket`: asked on a terminal, at least recommended without one, logged in only for the hub. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { BUNDLES } from '../../src/security/policy.ts';
import { draw } from '../security/samples.ts';
import { type Machine, newMachine, recordedIo, runInProcess } from '../support/cli.ts';
import { pathWithoutTools } from '../support/tools.ts';

let machine: Machine;

beforeEach(() => {
  machine = newMachine({ PATH: pathWithoutTools(existsSync) });
});

async function json(argv: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout } = await runInProcess([...argv, '--json'], { machine, env });
  return { code, ...JSON.parse(stdout) };
}

const setup = (...args: string[]) => json(['setup', 'bucket', ...args]);

/** A person at a terminal. */
async function answering(...answers: string[]) {
  const io = recordedIo({ answers });
  const { code, stderr } = await runInProcess(['setup', 'bucket'], { machine, io });
  return { code, stderr, policy: (await json(['bucket', 'security'])).security.policy };
}

describe('without a terminal', () => {
  it('makes the bucket, with the recommended policy and no remote', async () => {
    expect(await setup()).toMatchObject({ code: 0, security: { policy: 'recommended' }, remotes: [] });
    expect(await json(['bucket', 'verify', '--full'])).toMatchObject({ code: 0 });
  });

  it('leaves no policy that is less, and names what it switches off', async () => {
    await json(['bucket', 'security', '--policy', 'off']);
    const done = await setup();
    expect(done.security.policy).toBe('recommended');
    expect([...done.changes.enabled].sort()).toEqual([...BUNDLES.recommended].sort());
    await json(['bucket', 'security', '--tool', 'regex', '--disable']);
    await json(['bucket', 'security', '--tool', 'gitleaks', '--enable']);
    const again = await setup();
    expect(again).toMatchObject({ changes: { enabled: ['regex'], disabled: ['gitleaks'] } });
    expect(again.warnings).toContainEqual('policy recommended switches off gitleaks');
  });

  it('keeps a policy that is more', async () => {
    await json(['bucket', 'security', '--policy', 'strict']);
    expect((await setup()).security.policy).toBe('strict');
  });

  it('takes a policy and single tools', async () => {
    const { security } = await setup('--policy', 'basic', '--enable-security-tool', 'gitleaks');
    expect(security.tools).toEqual(['regex', 'entropy', 'gitleaks']);
    const changed = await setup(
      '--disable-security-tool',
      'entropy',
      '--disable-security-tool',
      'classifier',
    );
    expect(changed.security.tools).toEqual(['regex', 'business_logic', 'path_anonymizer']);
  });

  it('adds a remote once, and another under its name never', async () => {
    const team = ['../team.git', '--name', 'team'];
    expect(await setup(...team)).toMatchObject({ code: 0, remotes: [{ name: 'team' }] });
    expect(await setup(...team)).toMatchObject({ code: 0, remotes: [{ name: 'team' }] });
    const other = await setup('../other.git', '--name', 'team', '--policy', 'basic');
    expect(other).toMatchObject({ code: 2, error: { code: 'OT_REMOTE_EXISTS' } });
    expect((await json(['bucket', 'security'])).security.policy).toBe('recommended');
  });

  it.each([
    [['--policy', 'custom'], 'OT_BAD_VALUE'],
    [['--enable-security-tool', 'nothing'], 'OT_TOOL_UNKNOWN'],
    [['ext::sh -c true'], 'OT_REMOTE_URL'],
  ])('%j is refused, and no policy is written', async (args, code) => {
    expect(await setup(...args)).toMatchObject({ code: 2, error: { code } });
  });
});

describe('a remote at the hub', () => {
  const URLS = ['https://huggingface.co/datasets/acme/traces', 'https://hf.co/acme/traces'];

  it.each(URLS)('%s needs a token', async (url) => {
    const refused = await setup(url);
    expect(refused).toMatchObject({
      code: 3,
      error: { code: 'OT_AUTH_MISSING', hint: 'run: git ot auth login' },
    });
    expect(existsSync(machine.otHome)).toBe(false);
    const env = { HF_TOKEN: `h${'f_'}${draw(34)}` };
    expect(await json(['setup', 'bucket', url], env)).toMatchObject({ code: 0, remotes: [{ url }] });
  });

  it.each(['ssh://git@example.com/traces.git', 'https://huggingface.co.example/x', '../huggingface.co'])(
    '%s needs none',
    async (url) => {
      expect(await setup(url)).toMatchObject({ code: 0 });
    },
  );
});

describe('on a terminal', () => {
  it.each([
    ['', 'recommended'],
    ['recommended', 'recommended'],
    ['basic', 'basic'],
    ['strict', 'strict'],
    ['off', 'off'],
  ])('%j makes the policy %s', async (answer, policy) => {
    const done = await answering(answer, '');
    expect(done).toMatchObject({ code: 0, policy });
    expect(done.stderr).toContain('(recommended / basic / strict / off / custom) [recommended]: ');
  });

  it('custom asks for each tool', async () => {
    const done = await answering('custom', 'y', 'n', ...Array.from({ length: 8 }, () => 'n'), '');
    expect(done).toMatchObject({ code: 0, policy: 'custom' });
    expect((await json(['bucket', 'security'])).security.tools).toEqual(['regex']);
  });

  it('takes a remote, and asks for a login when it is at the hub', async () => {
    expect(await answering('', 'https://huggingface.co/acme/traces')).toMatchObject({ code: 3 });
    expect(existsSync(machine.otHome)).toBe(false);
    expect(await answering('', '../team.git')).toMatchObject({ code: 0 });
    const { remotes } = await json(['bucket', 'remote', 'status']);
    expect(remotes).toMatchObject([{ name: 'origin', url: join(machine.home, 'team.git') }]);
  });

  it.each([[['everything']], [['custom', 'y']]])('%j changes nothing', async (answers) => {
    expect(await answering(...answers)).toMatchObject({ code: 1, policy: 'recommended' });
    expect(existsSync(machine.otHome)).toBe(false);
  });
});
