/** The remote commands: consent, dry runs, and what they tell. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Machine, newMachine, type Outcome, ROOT, recordedIo, runInProcess } from '../support/cli.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';

let machine: Machine;
let remote: string;

beforeEach(async () => {
  machine = newMachine();
  remote = join(machine.cwd, 'team.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: machine.env });
  expect((await run('capture', SESSION)).code).toBe(0);
  expect((await run('bucket', 'remote', 'add', 'team', 'team.git')).code).toBe(0);
});

const run = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine });

/** A push at a terminal where a person types `answers`. */
function pushAnswering(...answers: string[]): Promise<Outcome> {
  return runInProcess(['bucket', 'remote', 'push'], { machine, io: recordedIo({ answers }) });
}

function remoteRefs(): string[] {
  const format = ['for-each-ref', '--format=%(refname)'];
  const text = execFileSync('git', ['--git-dir', remote, ...format], { env: machine.env, encoding: 'utf8' });
  return text.split('\n').filter(Boolean);
}

/** Every file of a folder with size and time of change. */
function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });
}

describe('push', () => {
  it('sends after a typed y, having named the destination and the counts', async () => {
    const { code, stderr } = await pushAnswering('y');
    expect(code).toBe(0);
    expect(stderr).toContain(`send to ${remote}? [y/N]`);
    expect(stderr).toMatch(/2026-02 +create +1/);
    expect(remoteRefs()).toHaveLength(1);
  });

  it.each([[['n']], [['']], [['yes please']], [[]]])('sends nothing after %j', async (answers) => {
    const { code, stdout, stderr } = await pushAnswering(...answers);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('[OT_DECLINED]');
    expect(remoteRefs()).toEqual([]);
  });

  it('refuses without a terminal and without --yes', async () => {
    const { code, stdout } = await run('bucket', 'remote', 'push', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'refused', error: { code: 'OT_CONSENT_MISSING' } });
    expect(remoteRefs()).toEqual([]);
  });

  it('changes no file at all in a dry run', async () => {
    const before = [snapshot(machine.otHome), snapshot(remote)];
    const { stdout } = await run('bucket', 'remote', 'push', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'ok',
      dry_run: true,
      pushed: 0,
      refs: [{ month: '2026-02', action: 'create', traces: 1, sealed: 1 }],
    });
    expect([snapshot(machine.otHome), snapshot(remote)]).toEqual(before);
  });

  it('has nothing to ask when nothing would move', async () => {
    await run('bucket', 'remote', 'push', '--yes');
    expect(await pushAnswering()).toMatchObject({ code: 0, stdout: expect.stringContaining('already') });
  });
});

describe('status and diff', () => {
  const OTHER = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'usage', 'input.jsonl');

  it('tell what a push would send and a pull would bring, and change nothing', async () => {
    const other = newMachine();
    const on = async (who: Machine, ...argv: string[]) =>
      JSON.parse((await runInProcess([...argv, '--json'], { machine: who })).stdout);
    const states = async (): Promise<unknown[]> => {
      const before = [machine, other].map(({ otHome }) => snapshot(otHome));
      const found = [];
      for (const who of [machine, other]) {
        const [state] = (await on(who, 'bucket', 'remote', 'status')).remotes;
        const diff = await on(who, 'bucket', 'remote', 'diff');
        expect([diff.to_push.length, diff.to_pull.length]).toEqual([state.to_push, state.to_pull]);
        found.push([state.state, state.to_push, state.to_pull, state.pulled_traces]);
      }
      expect([machine, other].map(({ otHome }) => snapshot(otHome))).toEqual(before);
      return found;
    };
    await on(other, 'bucket', 'remote', 'add', 'team', remote);
    expect(await states()).toEqual([
      ['ahead', 1, 0, 0],
      ['current', 0, 0, 0],
    ]);
    await on(machine, 'bucket', 'remote', 'push', '--yes');
    expect(await states()).toEqual([
      ['current', 0, 0, 0],
      ['behind', 0, 1, 0],
    ]);
    await on(other, 'bucket', 'remote', 'pull');
    await on(other, 'capture', OTHER);
    expect(await states()).toEqual([
      ['current', 0, 0, 0],
      ['ahead', 1, 0, 1],
    ]);
    await on(other, 'bucket', 'remote', 'push', '--yes');
    await on(machine, 'capture', OTHER);
    expect(await states()).toEqual([
      ['diverged', 1, 1, 0],
      ['current', 0, 0, 1],
    ]);
  });

  it('names a trace that has grown since it was sent', async () => {
    const log = join(machine.cwd, 'growing.jsonl');
    const lines = readFileSync(OTHER, 'utf8').split('\n');
    writeFileSync(log, `${lines.slice(0, 4).join('\n')}\n`);
    await run('capture', log);
    await run('bucket', 'remote', 'push', '--yes');
    writeFileSync(log, lines.join('\n'));
    await run('capture', log);
    const { stdout } = await run('bucket', 'remote', 'diff', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ state: 'ahead', to_push: [{ change: 'changed' }] });
    expect((await run('bucket', 'remote', 'diff')).stdout).toContain('team is ahead: 1 trace to push');
  });

  it('report a remote that gives no answer, and ask the others', async () => {
    await run('bucket', 'remote', 'add', 'gone', './no-such-repository');
    const { code, stdout } = await run('bucket', 'remote', 'status', '--json');
    expect(code).toBe(4);
    const states = JSON.parse(stdout).remotes.map((state: { state: string }) => state.state);
    expect(states).toEqual(['unreachable', 'ahead']);
    expect((await run('bucket', 'remote', 'diff', 'gone')).code).toBe(4);
  });
});

describe('a remote that lets nobody in', () => {
  it('is a refusal, exit 3, also where it is all that status met', async () => {
    const script = join(machine.home, 'ssh');
    writeFileSync(script, '#!/bin/sh\necho "Host key verification failed." >&2\nexit 255\n', { mode: 0o755 });
    const env = { GIT_SSH_COMMAND: script, GIT_SSH_VARIANT: 'ssh' };
    await run('bucket', 'remote', 'add', 'closed', 'ssh://git@h.invalid/x.git');
    for (const words of [
      ['push', 'closed', '--dry-run'],
      ['pull', 'closed'],
      ['status', 'closed'],
    ]) {
      const { code, stdout } = await runInProcess(['bucket', 'remote', ...words, '--json'], { machine, env });
      expect([code, JSON.parse(stdout).error.code]).toEqual([3, 'OT_REMOTE_AUTH']);
    }
    await run('bucket', 'remote', 'add', 'gone', './no-such-repository');
    expect((await runInProcess(['bucket', 'remote', 'status'], { machine, env })).code).toBe(4);
  });
});

describe('pull', () => {
  it('brings the traces of another machine, sealed, and says so', async () => {
    await run('bucket', 'remote', 'push', '--yes');
    const other = newMachine();
    const there = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine: other });
    await there('bucket', 'remote', 'add', 'team', remote);
    const pulled = await there('bucket', 'remote', 'pull', '--json');
    expect(JSON.parse(pulled.stdout)).toMatchObject({
      status: 'ok',
      remote: 'team',
      new_traces: 1,
      traces: 1,
    });
    const { traces } = JSON.parse((await there('trace', 'list', '--json')).stdout);
    expect(traces).toMatchObject([{ trace_id: TRACE, remotes: ['team'], sealed: true }]);
    const source = await there('trace', 'source', TRACE);
    expect(source).toMatchObject({ code: 0, stderr: 'note: pulled from team: this is its sealed text\n' });
    expect((await there('bucket', 'verify', '--full')).code).toBe(0);
    const remove = ['bucket', 'remote', 'remove', 'team'];
    const kept = await runInProcess(remove, { machine: other, io: recordedIo({ answers: ['n'] }) });
    expect(kept).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was removed') });
    expect(existsSync(join(other.otHome, 'remotes', 'team.git'))).toBe(true);
    const gone = await runInProcess([...remove, '--yes', '--json'], {
      machine: other,
      io: recordedIo({ answers: ['n'] }),
    });
    expect(gone).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(gone.stdout)).toMatchObject({ removed: { name: 'team', url: remote } });
    expect(existsSync(join(other.otHome, 'remotes', 'team.git'))).toBe(false);
  });
});

describe('a journal that the remote no longer has', () => {
  it('is named by diff and pull, moves nothing, and goes with --prune', async () => {
    const other = newMachine();
    const there = (...argv: string[]): Promise<Outcome> => runInProcess(argv, { machine: other });
    await run('bucket', 'remote', 'push', '--yes');
    const [lane = ''] = remoteRefs();
    await there('bucket', 'remote', 'add', 'team', remote);
    await there('capture', join(ROOT, 'fixtures', 'sessions', 'claude-code', 'usage', 'input.jsonl'));
    await there('bucket', 'remote', 'push', '--yes');
    expect((await there('bucket', 'remote', 'pull')).stdout).toContain(
      '1 new trace; 2 traces from team, 1 of them captured here',
    );
    execFileSync('git', ['--git-dir', remote, 'update-ref', '-d', lane], { env: machine.env });
    const diff = await there('bucket', 'remote', 'diff', '--json');
    expect(JSON.parse(diff.stdout)).toMatchObject({ state: 'current', to_pull: [], gone: [lane] });
    for (const command of ['diff', 'pull']) {
      const { stdout } = await there('bucket', 'remote', command);
      expect(stdout).toContain('team no longer has 1 journal kept here');
    }
    expect((await there('trace', 'get', TRACE)).code).toBe(0);
    expect((await there('bucket', 'remote', 'pull', '--prune')).stdout).toMatch(/pruned +refs/);
    expect((await there('trace', 'get', TRACE)).code).toBe(6);
  });
});

describe('verify', () => {
  it('ends with 5 and its findings when the bucket is damaged', async () => {
    const objects = join(machine.otHome, 'bucket.git', 'objects');
    const loose = readdirSync(objects).find((name) => /^[0-9a-f]{2}$/.test(name))!;
    execFileSync('rm', ['-r', join(objects, loose)]);
    const { code, stdout, stderr } = await run('bucket', 'verify', '--full', '--json');
    expect(code).toBe(5);
    expect(stderr).toBe('');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      status: 'error',
      ok: false,
      full: true,
      error: { code: 'OT_VERIFY_FINDINGS' },
    });
    expect(document.findings[0]).toMatchObject({
      code: expect.any(String),
      path: expect.any(String),
      fix: expect.any(String),
    });
    expect((await run('bucket', 'verify', '--full')).stdout).toContain('fix: ');
  });
});
