/** Hooks on machines that are in trouble: the host never notices, nothing is lost, and doctor tells. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canMount, TinyDisk } from '../../bucket/tiny-disk.ts';
import { binary, binFolder, type Machine, newMachine, ROOT, runBinary } from '../../support/cli.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';

beforeAll(async () => {
  await binary();
});

function sessionLog({ home }: Machine): string {
  const path = join(home, '.claude', 'projects', '-w', `${NAME}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(SESSION, path);
  return path;
}

async function setUp(machine: Machine): Promise<string> {
  expect(await runBinary(['setup', 'claude-code'], { machine })).toMatchObject({ code: 0 });
  return sessionLog(machine);
}

/** The line that the agent runs at the end of a prompt, as it stands in its settings. */
function command({ home }: Machine): string {
  const settings = JSON.parse(readFileSync(join(home, '.claude', 'settings.json'), 'utf8'));
  return settings.hooks.UserPromptSubmit[0].hooks[0].command;
}

function payload(log: string, more: object = {}): string {
  return JSON.stringify({ hook_event_name: 'UserPromptSubmit', transcript_path: log, ...more });
}

/** Runs it as the agent does; it must end with 0 and say nothing. */
function fire(machine: Machine, input: string, env: object = { OT_SYNC: '1' }): void {
  const options = { input, cwd: machine.cwd, env: { ...machine.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command(machine)], options);
  expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
}

async function reply(machine: Machine, ...argv: string[]) {
  return JSON.parse((await runBinary([...argv, '--json'], { machine })).stdout);
}

/** What has to be mended. */
async function codes(machine: Machine): Promise<string[]> {
  const findings = (await reply(machine, 'doctor')).findings as { code: string; level: string }[];
  return findings.filter(({ level }) => level === 'problem').map(({ code }) => code);
}

async function expectCaptured(machine: Machine): Promise<void> {
  expect((await reply(machine, 'trace', 'list')).traces).toHaveLength(1);
  expect(readdirSync(join(machine.otHome, 'spool')).filter((name) => name.startsWith('event-'))).toEqual([]);
  expect(await runBinary(['bucket', 'verify', '--full'], { machine })).toMatchObject({ code: 0 });
}

describe('a hook in trouble', () => {
  it('makes the spool anew when somebody removed it, and so does the drain', async () => {
    const machine = newMachine();
    const log = await setUp(machine);
    fire(machine, payload(log));
    rmSync(join(machine.otHome, 'spool'), { recursive: true });
    expect((await reply(machine, 'capture', 'drain')).drain).toMatchObject({ events: 0 });
    rmSync(join(machine.otHome, 'spool'), { recursive: true });
    fire(machine, payload(log));
    await expectCaptured(machine);
  });

  it('starts the git-ot of the PATH when the one that set it up is gone, and doctor names both', async () => {
    const machine = newMachine();
    const log = await setUp(machine);
    writeFileSync(join(machine.otHome, 'hooks', 'program'), `${process.execPath}\n/old/git-ot.cjs\n`);
    expect(await codes(machine)).toEqual(['program_missing']);
    fire(machine, payload(log), { OT_SYNC: '1', PATH: `${await binFolder()}:${machine.env.PATH}` });
    await expectCaptured(machine);
    writeFileSync(join(machine.otHome, 'hooks', 'program'), `${process.execPath}\n${SESSION}\n`);
    expect(await codes(machine)).toEqual(['program_other']);
  });

  it('is not heard, and not noticed, without the right to write', async () => {
    const machine = newMachine();
    const log = await setUp(machine);
    const { home, otHome, cwd } = machine;
    for (const folder of [home, otHome, join(otHome, 'hooks'), cwd]) chmodSync(folder, 0o755);
    mkdirSync(join(otHome, 'spool'), { recursive: true, mode: 0o700 });
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', command(machine)];
    const asNobody = process.getuid?.() === 0 ? ['setpriv', nobody] : ['sh', nobody.slice(-2)];
    if (process.getuid?.() !== 0) chmodSync(join(otHome, 'spool'), 0o500);
    const [program, args] = asNobody as [string, string[]];
    const options = { input: payload(log), cwd, env: machine.env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    chmodSync(join(otHome, 'spool'), 0o700);
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
    expect(readdirSync(join(otHome, 'spool'))).toEqual([]);
  });

  it('tells of a log that was moved before the drain came, and takes it in where it is now', async () => {
    const machine = newMachine();
    const log = await setUp(machine);
    const input = JSON.stringify({ hook_event_name: 'Stop', transcript_path: log });
    renameSync(log, `${log}.old`);
    fire(machine, input);
    expect(await codes(machine)).toEqual(['note_set_aside']);
    expect(existsSync(join(machine.otHome, 'bucket.git', 'refs', 'opentraces', 'lanes'))).toBe(false);
    renameSync(`${log}.old`, log);
    expect(await runBinary(['capture', '--all'], { machine })).toMatchObject({ code: 0 });
    await expectCaptured(machine);
  });
});

describe.skipIf(!canMount())('a hook on a disk', () => {
  it('that is full says nothing, and the next one brings all that was missed', async () => {
    const disk = await TinyDisk.mount('16m');
    const { machine } = disk;
    expect(await disk.ot('setup', 'claude-code')).toMatchObject({ code: 0 });
    const log = sessionLog(machine);
    const large = payload(log, { prompt: 'x'.repeat(60_000) });
    for (const [name, text] of Object.entries({ small: payload(log), large })) {
      writeFileSync(join(machine.home, name), text);
    }
    for (const [kib, name] of [
      [0, 'small'],
      [0, 'large'],
      [8, 'large'],
      [4, 'small'],
    ] as const) {
      await disk.leave(kib);
      const script = 'export PATH=/usr/bin:/bin; exec sh -c "$1" <"$2"';
      const input = join(machine.home, name);
      expect(await disk.run('sh', '-c', script, 'sh', command(machine), input)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    }
    const told = (await disk.ot('doctor')).reply as unknown as { findings: Array<{ code: string }> };
    expect(told.findings.map(({ code }) => code)).toContain('disk_full');
    await disk.shell('rm filler');
    expect(await disk.ot('capture', 'drain')).toMatchObject({ code: 0 });
    expect(await disk.ot('trace', 'list')).toMatchObject({
      code: 0,
      reply: { traces: [{ step_count: 19 }] },
    });
    expect(await disk.ot('bucket', 'verify', '--full')).toMatchObject({ code: 0 });
    await disk.unmount();
  });

  it('that is read-only says nothing, and doctor tells', async () => {
    const disk = await TinyDisk.mount('16m');
    const { machine } = disk;
    expect(await disk.ot('setup', 'claude-code')).toMatchObject({ code: 0 });
    writeFileSync(join(machine.home, 'input'), payload(sessionLog(machine)));
    await disk.shell('cd / && mount -o remount,ro "$0"');
    const quiet = { code: 0, stdout: '', stderr: '' };
    const input = join(machine.home, 'input');
    expect(await disk.run('sh', '-c', 'exec sh -c "$1" <"$2"', 'sh', command(machine), input)).toEqual(quiet);
    const told = (await disk.ot('doctor')).reply as unknown as { findings: Array<{ code: string }> };
    expect(told.findings.map(({ code }) => code)).toContain('spool_unwritable');
    expect((await disk.ot('status')).reply).toMatchObject({
      capture: 'failing',
      no_room: { why: 'unwritable' },
    });
    await disk.unmount();
  });
});
