/** `setup uninstall --purge`: everything goes, at a moment when nobody writes, and nothing that is not ours. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/bucket/lock.ts';
import { claimMarker, releaseMarker } from '../../src/capture/live/marker.ts';
import { createApp } from '../../src/cli/app.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runCli } from '../../src/cli/run.ts';
import { type Machine, newMachine, ot, ROOT, recordedIo } from '../support/cli.ts';
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
