/** What the program makes of its surroundings: variables that mislead, a bucket that is busy. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/cli/app.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runCli } from '../../src/cli/run.ts';
import { conversation, writeSession } from '../capture/session-file.ts';
import { newMachine, recordedIo, runInProcess } from '../support/cli.ts';
import { testPlatform } from '../support/platform.ts';

describe('a bucket that a process of another machine holds', () => {
  it.each([
    [[], 1],
    [['--quiet'], 0],
  ])('is told on stderr while %j waits', async (options, lines) => {
    const machine = newMachine();
    mkdirSync(machine.otHome);
    writeFileSync(join(machine.otHome, 'lock.1'), '77 - another-machine\n');
    let time = 0;
    const sleep = async (): Promise<void> => {
      time += 500;
    };
    const io = recordedIo();
    const platform = { ...testPlatform(), now: () => new Date(time), sleep };
    const app = createApp({ env: machine.env, cwd: () => machine.cwd, io, platform });
    const argv = ['capture', writeSession(conversation(1)), '--json', ...options];
    expect(await runCli(argv, app, COMMANDS)).toBe(7);
    expect(JSON.parse(io.stdout())).toMatchObject({ error: { code: 'OT_BUCKET_LOCKED' } });
    expect(io.stderr().match(/^waiting: .*another machine/gm) ?? []).toHaveLength(lines);
  });
});

describe('a relative HOME', () => {
  it('counts from the current folder, for the bucket and for what git reads there', async () => {
    const machine = newMachine();
    const home = join(machine.cwd, 'relative');
    mkdirSync(home);
    writeFileSync(join(home, '.gitconfig'), '[opentraces]\n\ttracking = manual\n');
    const { GIT_CONFIG_GLOBAL: _, OT_HOME: __, ...others } = machine.env;
    const env = { ...others, HOME: 'relative' };
    const run = (...argv: string[]) => runInProcess(argv, { machine: { ...machine, env } });
    expect(await run('capture', writeSession(conversation(1)))).toMatchObject({ code: 0 });
    expect(readdirSync(home).sort()).toEqual(['.gitconfig', '.opentraces']);
    expect(await run('bucket', 'verify', '--full')).toMatchObject({ code: 0 });
    expect((await run('config', 'get', 'opentraces.tracking')).stdout).toBe('manual\n');
  });
});
