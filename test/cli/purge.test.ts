/** `setup uninstall --purge`: everything goes, at a moment when nobody writes, and nothing that is not ours. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/bucket/lock.ts';
import { claimMarker, releaseMarker } from '../../src/capture/live/marker.ts';
import { createApp } from '../../src/cli/app.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runCli } from '../../src/cli/run.ts';
import { type Machine, newMachine, ot, ROOT, recordedIo } from '../support/cli.ts';
import { IDENTITY } from '../support/git-env.ts';
import { testPlatform } from '../support/platform.ts';
import { put } from '../support/settings.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const PURGE = ['setup', 'uninstall', '--purge', '--yes'];

/** Everything below a folder. */
function names(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

async function usedMachine(): Promise<Machine> {
  const machine = newMachine();
  await ot(machine, 'setup', 'claude-code');
  await ot(machine, 'capture', SESSION);
  return machine;
}

/** A process of somebody else, for as long as the test lasts. */
const others: Array<ReturnType<typeof spawn>> = [];
function anotherProcess(): number {
  const child = spawn('sleep', ['60']);
  others.push(child);
  return child.pid!;
}
afterEach(() => {
  for (const child of others.splice(0)) child.kill();
});

/** Purges on a clock that a wait moves on, whatever it is for. */
async function purge(machine: Machine, onWait: (waited: number) => void) {
  const io = recordedIo();
  const platform = testPlatform();
  let now = Date.now();
  let waited = 0;
  const clock = {
    ...platform,
    now: () => new Date(now),
    sleep: async (milliseconds: number) => {
      now += milliseconds;
      waited += milliseconds;
      onWait(waited);
    },
  };
  const app = createApp({ env: machine.env, cwd: () => machine.cwd, io, platform: clock });
  const code = await runCli([...PURGE, '--json'], app, COMMANDS);
  return { code, reply: JSON.parse(io.stdout()), waited };
}

describe('a purge', () => {
  it('waits for the drain and for the lock, then takes all', async () => {
    const machine = await usedMachine();
    const drain = { ...testPlatform(), pid: anotherProcess() };
    await claimMarker(machine.otHome, drain);
    const lock = await acquireLock(machine.otHome, { ...testPlatform(), pid: anotherProcess() });
    const released: string[] = [];
    const { code } = await purge(machine, (waited) => {
      if (waited >= 5_000 && released.length === 0) {
        rmSync(join(machine.otHome, 'spool', 'drain'));
        others[0]!.kill();
        released.push('drain');
      }
      if (waited >= 9_000 && released.length === 1) {
        void lock.release();
        released.push('lock');
      }
    });
    expect({ code, released }).toEqual({ code: 0, released: ['drain', 'lock'] });
    expect(existsSync(machine.otHome)).toBe(false);
  });

  it.each(['drain', 'lock'])('is refused, with nothing changed, when it cannot have the %s', async (what) => {
    const machine = await usedMachine();
    const other = { ...testPlatform(), pid: anotherProcess() };
    if (what === 'drain') await claimMarker(machine.otHome, other);
    else await acquireLock(machine.otHome, other);
    const before = names(machine.home);
    const { code, reply, waited } = await purge(machine, () => {});
    expect(code).toBe(7);
    expect(reply.error).toMatchObject({
      code: what === 'drain' ? 'OT_DRAIN_AT_WORK' : 'OT_BUCKET_LOCKED',
      retryable: true,
    });
    expect(waited).toBeGreaterThan(59_000);
    expect(waited).toBeLessThan(62_000);
    expect(names(machine.home).filter((name) => !/spool$|lock\./.test(name))).toEqual(
      before.filter((name) => !/spool$|lock\./.test(name)),
    );
    if (what === 'drain') await releaseMarker(machine.otHome, other);
    else rmSync(join(machine.otHome, 'lock.2'), { force: true });
    expect(await ot(machine, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });

  it('takes what somebody who was at work writes after it', async () => {
    const machine = await usedMachine();
    let times = 0;
    const { code } = await purge(machine, () => {
      if (existsSync(machine.otHome)) return;
      times += 1;
      if (times < 3) put(join(machine.otHome, 'spool', 'state.json'), '{}');
    });
    expect(code).toBe(0);
    expect(existsSync(machine.otHome)).toBe(false);
  });

  it('leaves a folder alone that holds no bucket and things of somebody else', async () => {
    const machine = newMachine();
    for (const name of ['cache/a', 'hooks/b', 'thesis.txt']) put(join(machine.otHome, name), 'mine');
    const before = names(machine.otHome);
    expect(await ot(machine, ...PURGE)).toMatchObject({
      code: 2,
      reply: { error: { code: 'OT_NOT_A_BUCKET' } },
    });
    expect(names(machine.otHome)).toEqual(before);
  });

  it('takes no file for a home, and says where it cannot write', async () => {
    const machine = newMachine();
    put(machine.otHome, 'mine');
    expect(await ot(machine, ...PURGE)).toMatchObject({ code: 0 });
    expect(readFileSync(machine.otHome, 'utf8')).toBe('mine');
    const other = await usedMachine();
    put(join(other.otHome, 'spool'), 'in the way');
    expect(await ot(other, ...PURGE)).toMatchObject({ code: 2, reply: { error: { code: 'OT_READ_ONLY' } } });
    expect(await ot(other, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });

  it('shows in a dry run what it then takes', async () => {
    const machine = await usedMachine();
    put(join(machine.otHome, 'hooks', 'mine'), 'x');
    put(join(machine.otHome, 'mine.txt'), 'x');
    const before = names(machine.home);
    const { reply } = await ot(machine, 'setup', 'uninstall', '--purge', '--dry-run');
    expect(names(machine.home)).toEqual(before);
    expect((await ot(machine, ...PURGE)).reply.purged).toEqual(reply.purged);
    expect(names(machine.otHome)).toEqual(['hooks', 'hooks/mine', 'mine.txt']);
  });
});

describe('a drain that starts when all is gone', () => {
  it('makes nothing', async () => {
    const machine = newMachine();
    expect(await ot(machine, 'capture', 'drain')).toMatchObject({ code: 0, reply: { drain: { events: 0 } } });
    expect(existsSync(machine.otHome)).toBe(false);
  });
});

describe('what stands in git configurations', () => {
  const git = (machine: Machine, ...args: string[]) =>
    spawnSync('git', args, {
      cwd: machine.cwd,
      env: { ...machine.env, ...IDENTITY },
      encoding: 'utf8',
    }).stdout.trim();

  /** A person without any git configuration, in a repository with one commit. */
  function person(): Machine {
    const machine = newMachine();
    const { GIT_CONFIG_GLOBAL: _, ...env } = machine.env as Record<string, string>;
    rmSync(join(machine.home, '.gitconfig-empty'));
    const at = { ...machine, env };
    git(at, 'init', '-q');
    git(at, 'commit', '-q', '--allow-empty', '-m', 'one');
    git(at, 'config', '--add', 'notes.rewriteRef', 'refs/notes/mine');
    return at;
  }

  /** Bytes of the configurations, and the refs. */
  function state(at: Machine): unknown {
    const config = readFileSync(join(at.cwd, '.git', 'config'), 'utf8');
    return [config, git(at, 'for-each-ref'), existsSync(join(at.home, '.gitconfig'))];
  }

  it('is listed by uninstall, and goes with a purge: also in a repository one does not stand in', async () => {
    const at = person();
    const before = state(at);
    await ot(at, 'init');
    await ot(at, 'setup', 'regex', '--disable');
    await ot(at, 'capture', SESSION);
    expect(await ot(at, 'trail', 'sync')).toMatchObject({ code: 0 });
    git(at, 'config', 'notes.opentraces.mergeStrategy', 'cat_sort_uniq');
    git(at, 'config', '--add', 'notes.rewriteRef', 'refs/notes/opentraces');
    git(at, 'notes', '--ref', 'opentraces', 'add', '-m', 'opentraces:x');
    const elsewhere = { ...at, cwd: at.home };
    const { reply } = await ot(elsewhere, 'setup', 'uninstall');
    expect(reply.written).toEqual([
      {
        repository: realpathSync(at.cwd),
        settings: ['notes.rewriteref', 'opentraces.enabled', 'notes.opentraces.mergestrategy'],
        refs: ['refs/notes/opentraces'],
      },
      { repository: null, settings: expect.arrayContaining(['opentraces.security.regex.enabled']), refs: [] },
    ]);
    expect(git(at, 'config', 'opentraces.enabled')).toBe('true');
    expect(await ot(elsewhere, ...PURGE)).toMatchObject({ code: 0 });
    expect(state(at)).toEqual(before);
  });

  it('is forgotten with the last setting, and leaves a configuration of somebody else its bytes', async () => {
    const at = person();
    const own = put(join(at.home, '.gitconfig'), '# mine\n[user]\n\tname = x\n');
    const before = state(at);
    for (const scope of [[], ['--global']]) {
      await ot(at, 'config', 'set', 'enabled', 'false', ...scope);
      await ot(at, 'config', 'unset', 'enabled', ...scope);
    }
    expect(state(at)).toEqual(before);
    expect(readFileSync(own, 'utf8')).toBe('# mine\n[user]\n\tname = x\n');
    expect(existsSync(at.otHome)).toBe(false);
  });
});
