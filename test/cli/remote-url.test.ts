/** The URL of a remote: what is taken, and what of it is shown and handed on. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Machine, newMachine, type Outcome, ROOT, runInProcess } from '../support/cli.ts';
import { freePort } from '../support/servers.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');

let machine: Machine;

beforeEach(async () => {
  machine = newMachine();
  const remote = join(machine.cwd, 'team.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  expect((await run('capture', SESSION)).code).toBe(0);
  expect((await run('bucket', 'remote', 'add', 'team', 'team.git')).code).toBe(0);
});

const run = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine });

describe('the URL of a remote', () => {
  it.each([
    'https://ada:hunter2@traces.invalid/x.git',
    'https://traces.invalid/x.git?token=hunter2',
    'https://hunter2hunter2hunter2@traces.invalid/x.git',
  ])('is shown without what is secret in %s, and the person is told', async (url) => {
    const outputs = [
      await run('bucket', 'remote', 'add', 'secret', url),
      await run('bucket', 'remote', 'add', 'secret', url, '--json'),
      await run('bucket', 'remote', 'status', 'secret'),
      await run('bucket', 'remote', 'push', 'secret', '--dry-run', '--json'),
      await run('bucket', 'remote', 'remove', 'secret'),
    ];
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain('hunter2');
    expect(outputs[0]!.stdout).toContain('traces.invalid');
    expect(outputs[0]!.stderr).toContain('credential helper');
    expect(readFileSync(join(machine.otHome, 'bucket.git', 'config'), 'utf8')).not.toContain('hunter2');
  });

  it('is in no argument of a git child', async () => {
    const trace = join(machine.home, 'trace');
    const traced = (...argv: string[]): Promise<Outcome> =>
      runInProcess(argv, { machine, env: { GIT_TRACE: trace } });
    const url = `http://ada:hunter2@127.0.0.1:${await freePort()}/x "#\\y.git`;
    await traced('bucket', 'remote', 'add', 'secret', url);
    await traced('bucket', 'remote', 'status', 'secret');
    await traced('bucket', 'remote', 'push', 'secret', '--yes');
    await traced('bucket', 'remote', 'pull', 'secret');
    expect(readFileSync(trace, 'utf8')).toMatch(/remote-http/);
    expect(readFileSync(trace, 'utf8')).not.toContain('hunter2');
    const config = join(machine.otHome, 'bucket.git', 'config');
    const read = ['config', '--file', config, 'remote.secret.url'];
    expect(execFileSync('git', read, { encoding: 'utf8', env: machine.env })).toBe(`${url}\n`);
    expect(statSync(config).mode & 0o077).toBe(0);
  });

  it('is shown with the user of ssh, and needs no warning', async () => {
    const { stdout, stderr } = await run(
      'bucket',
      'remote',
      'add',
      'work',
      'ssh://git@h.invalid/x',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      remotes: [{ name: 'work', url: 'ssh://git@h.invalid/x' }],
      warnings: [],
    });
    expect(stderr).toBe('');
  });

  it.each([
    'ssh://-oProxyCommand=touch%20x/y',
    'ssh://git:secret@h/x',
    'http://[::1/x',
    'https://a@b@h/x',
    'https://a:b%0ahost=evil@h/x',
    'ext::sh -c true',
    '--upload-pack=x',
    ' ',
  ])('is refused: %j', async (url) => {
    const { code, stdout } = await run('bucket', 'remote', 'add', 'odd', '--json', '--', url);
    expect([code, JSON.parse(stdout).error.code]).toEqual([2, 'OT_REMOTE_URL']);
  });

  it('is never the bucket itself, nor what was pulled, under any name', async () => {
    await run('bucket', 'remote', 'push', 'team', '--yes');
    await run('bucket', 'remote', 'pull', 'team');
    const { otHome } = machine;
    symlinkSync(join(otHome, 'bucket.git'), join(machine.cwd, 'link'));
    const names = ['bucket.git', 'bucket', 'bucket.git/objects/..', 'remotes/team.git', 'remotes/team'];
    const places = names.flatMap((name) => [join(otHome, name), `file://${join(otHome, name)}`]);
    for (const place of [...places, 'link', `${otHome}/../.opentraces/bucket.git`]) {
      const { code, stdout } = await run('bucket', 'remote', 'add', 'self', place, '--json');
      expect([code, JSON.parse(stdout).error?.code]).toEqual([2, 'OT_REMOTE_URL']);
    }
  });
});
