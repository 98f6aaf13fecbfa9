/** What the policy of the bucket makes of a push. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Machine, newMachine, type Outcome, ROOT, runInProcess } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { pathWithoutTools, pathWithTool } from '../support/tools.ts';
import { accountOf, plantedSession } from '../sync/sessions.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');

let machine: Machine;
let remote: string;

beforeEach(async () => {
  machine = newMachine({ PATH: pathWithoutTools(existsSync) });
  remote = join(machine.cwd, 'team.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  await run('capture', SESSION);
  await run('bucket', 'remote', 'add', 'team', remote);
});

const run = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine });

async function json(...argv: string[]) {
  const { code, stdout } = await run(...argv, '--json');
  return { code, ...JSON.parse(stdout) };
}

const push = (...argv: string[]) => json('bucket', 'remote', 'push', ...argv);

/** Loose objects and packs of the remote. */
function remoteFiles(): string[] {
  const names = readdirSync(join(remote, 'objects'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => !['info', 'pack'].includes(name));
}

/** What a fresh clone of the remote holds. */
function everyByte(): Buffer {
  const clone = join(tempDir(), 'clone.git');
  const git = (...args: string[]) => execFileSync('git', args, { env: machine.env, maxBuffer: 1e8 });
  git('clone', '-q', '--mirror', `file://${remote}`, clone);
  return git('--git-dir', clone, 'cat-file', '--batch', '--batch-all-objects', '--unordered');
}

/** A setting with plain git, as a person or somebody with access to the file writes it. */
function plainConfig(...args: string[]): void {
  execFileSync('git', ['config', '--global', ...args], { env: machine.env });
}

describe('a push', () => {
  it('seals under the policy of the bucket', async () => {
    await run('bucket', 'security', '--policy', 'basic');
    expect(await push('--yes')).toMatchObject({ code: 0, policy: { name: 'basic' }, pushed: 1 });
    expect(await push('--yes')).toMatchObject({ pushed: 0, reseal: { traces: 0, bytes: 0 } });
    expect(await json('bucket', 'remote', 'status')).toMatchObject({ remotes: [{ state: 'current' }] });
  });

  it('after a change of policy says what it seals anew, then puts it in the place of the old', async () => {
    await run('capture', plantedSession({ number: 1 }).path);
    await run('bucket', 'security', '--policy', 'basic');
    await push('--yes');
    expect(everyByte().includes(accountOf(1))).toBe(true);
    await run('bucket', 'security', '--policy', 'recommended');
    const said = await run('bucket', 'remote', 'push', '--dry-run');
    expect(said.stderr).toMatch(/^the policy is recommended now: 2 traces \(.*kB\) sealed anew$/m);
    const sent = await push('--yes');
    expect(sent).toMatchObject({ pushed: 1, reseal: { traces: 2 }, refs: [{ action: 'rewrite' }] });
    expect(everyByte().includes(accountOf(1))).toBe(false);
    expect((await run('bucket', 'verify', '--full')).code).toBe(0);
  });

  it('under off needs --allow-unsealed', async () => {
    await run('bucket', 'security', '--policy', 'off');
    expect(await push('--yes')).toMatchObject({ code: 3, error: { code: 'OT_POLICY_OFF' } });
    expect(remoteFiles()).toEqual([]);
    expect(await push('--dry-run')).toMatchObject({ code: 0, policy: { name: 'off' } });
    expect((await run('bucket', 'remote', 'push', '--dry-run')).stdout).toContain('NOTHING is replaced');
    expect(await push('--yes', '--allow-unsealed')).toMatchObject({ code: 0, pushed: 1 });
  });
});

describe('a push is refused, and sends nothing,', () => {
  it('under strict is refused as long as a tool of it cannot run', async () => {
    await run('bucket', 'security', '--policy', 'strict');
    const refused = await push('--yes', '--allow-unsealed');
    expect(refused).toMatchObject({ code: 3, error: { code: 'OT_POLICY_TOOL_MISSING' } });
    expect(remoteFiles()).toEqual([]);
  });

  it.each([
    ['an unknown tool', ['opentraces.security.regexp.enabled', 'false']],
    ['a flag that is no boolean', ['opentraces.security.regex.enabled', 'maybe']],
    ['an unknown policy', ['opentraces.bucket.policy', 'none']],
    ['an unknown key', ['opentraces.security.regex.allow', '.*']],
  ])('is refused over %s in the configuration, and sends nothing', async (_, setting) => {
    plainConfig(...setting);
    expect(await push('--yes')).toMatchObject({ code: 3, error: { code: 'OT_POLICY_CONFIG' } });
    expect(remoteFiles()).toEqual([]);
    expect(await json('status')).toMatchObject({ code: 0 });
    const { findings } = await json('doctor');
    expect(findings).toContainEqual(expect.objectContaining({ code: 'policy_config' }));
  });

  it('sends nothing over a configuration file that git cannot read', async () => {
    appendFileSync(machine.env.GIT_CONFIG_GLOBAL!, '[opentraces "bucket"\npolicy = off\n');
    expect((await push('--yes')).code).toBe(2);
    expect(remoteFiles()).toEqual([]);
  });

  it('counts the settings of the bucket itself, and says where they stand in the way', async () => {
    const own = [
      '--git-dir',
      join(machine.otHome, 'bucket.git'),
      'config',
      'opentraces.bucket.policy',
      'basic',
    ];
    execFileSync('git', own, { env: machine.env });
    expect((await json('bucket', 'security')).security).toMatchObject({ policy: 'basic' });
    own.splice(-2, 2, 'opentraces.security.regex.enabled', 'false');
    execFileSync('git', own, { env: machine.env });
    const refused = await json('bucket', 'security', '--policy', 'basic');
    expect(refused).toMatchObject({ code: 3, error: { code: 'OT_POLICY_OVERRIDDEN' } });
  });

  it.each([
    ['hangs', 'cat >/dev/null; sleep 60'],
    ['crashes', 'kill -11 $$'],
  ])('sends nothing when a program of its policy %s', async (_, script) => {
    const env = { PATH: pathWithTool('gitleaks', script) };
    await runInProcess(['setup', 'gitleaks'], { machine, env });
    await run('config', 'set', 'security.timeLimit', '1');
    const argv = ['bucket', 'remote', 'push', '--yes', '--json'];
    const { code, stdout } = await runInProcess(argv, { machine, env });
    expect([code, JSON.parse(stdout).error.code]).toEqual([3, 'OT_TOOL_FAILED']);
    expect(remoteFiles()).toEqual([]);
  });
});
