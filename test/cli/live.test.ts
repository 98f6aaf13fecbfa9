/** `status`, `doctor`, `pause` and `resume`. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Machine, newMachine, ot, ROOT, recordedIo, runInProcess } from '../support/cli.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';

async function codes(machine: Machine): Promise<string[]> {
  const { reply } = await ot(machine, 'doctor');
  return reply.findings.map(({ code, fix }: { code: string; fix: string }) => {
    expect(fix).not.toBe('');
    return code;
  });
}

function log(machine: Machine): string {
  const path = join(machine.home, '.claude', 'projects', '-w', `${NAME}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(SESSION, path);
  return path;
}

/** Fires the hook with nothing to start a drain with. */
function fire(machine: Machine, transcript: string): void {
  const input = JSON.stringify({ hook_event_name: 'UserPromptSubmit', transcript_path: transcript });
  mkdirSync(join(machine.otHome, 'spool'), { recursive: true });
  writeFileSync(join(machine.otHome, 'spool', 'drain'), `${process.pid}\n`);
  spawnSync(join(machine.otHome, 'hooks', 'spool'), ['agent', 'claude-code'], { input, env: machine.env });
  writeFileSync(join(machine.otHome, 'spool', 'drain'), `${spawnSync('true').pid}\n`);
}

describe('status and doctor', () => {
  it('say that nothing is set up, then that all is well', async () => {
    const machine = newMachine();
    expect((await ot(machine, 'status')).reply).toMatchObject({
      status: 'needs_action',
      capture: 'off',
      bucket: null,
      folder: { tracked: true, hooks: null },
    });
    expect(await codes(machine)).toEqual(['capture_off']);
    expect(existsSync(machine.otHome)).toBe(false);
    await ot(machine, 'setup', 'claude-code');
    expect((await ot(machine, 'status')).reply).toMatchObject({ status: 'ok', capture: 'on', since: null });
    expect(await ot(machine, 'doctor')).toMatchObject({ code: 0, reply: { findings: [] } });
  });

  it('tell of an agent whose settings cannot be used', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'codex-cli');
    mkdirSync(join(machine.home, '.claude'), { recursive: true });
    writeFileSync(join(machine.home, '.claude', 'settings.json'), '{"hooks": ');
    expect((await runInProcess(['status'], { machine })).stdout).toContain(
      'to mend     claude-code: git ot doctor\n',
    );
    expect(await codes(machine)).toEqual(['settings_unreadable']);
  });

  it('tell of a spool that hooks cannot write to', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    writeFileSync(join(machine.otHome, 'spool'), '');
    expect((await ot(machine, 'status')).reply).toMatchObject({
      status: 'needs_action',
      capture: 'failing',
      no_room: { why: 'unwritable', path: join(machine.otHome, 'spool') },
    });
    expect(await codes(machine)).toEqual(['spool_unwritable']);
  });

  it('tell since when notes wait, and the drain takes them in', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    fire(machine, log(machine));
    const { reply } = await ot(machine, 'status');
    expect(reply).toMatchObject({ capture: 'failing', spool: { waiting: 1, drain: false } });
    expect(Date.parse(reply.since)).toBeGreaterThan(Date.now() - 60_000);
    expect(await codes(machine)).toEqual(['capture_failing']);
    await ot(machine, 'capture', 'drain');
    expect((await ot(machine, 'status')).reply).toMatchObject({ capture: 'on', bucket: { traces: 1 } });
    expect(await ot(machine, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });

  it('tell of a session that grew and no hook told of', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    const path = log(machine);
    const hours = (count: number): number => Date.now() / 1000 - count * 3600;
    utimesSync(join(machine.otHome, 'hooks', 'program'), hours(3), hours(3));
    utimesSync(path, hours(2), hours(2));
    expect((await ot(machine, 'status')).reply.capture).toBe('missed');
    expect(await codes(machine)).toEqual(['capture_missed']);
  });

  it('tell of notes set aside, of scripts changed and of a program that is gone', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    mkdirSync(join(machine.otHome, 'spool'), { recursive: true });
    writeFileSync(join(machine.otHome, 'spool', 'event-poison'), 'poison');
    await ot(machine, 'capture', 'drain');
    writeFileSync(join(machine.otHome, 'hooks', 'spool'), '#!/bin/sh\n');
    writeFileSync(join(machine.otHome, 'hooks', 'program'), '/gone/node\n/gone/git-ot.cjs\n');
    expect(await codes(machine)).toEqual(['script_changed', 'program_missing', 'note_set_aside']);
    writeFileSync(join(machine.otHome, 'hooks', 'program'), `${process.execPath}\n${SESSION}\n`);
    expect(await codes(machine)).toContain('program_other');
    writeFileSync(join(machine.home, '.claude', 'settings.json'), '{');
    expect(await codes(machine)).toContain('settings_unreadable');
  });

  it('count what a remote has not got', async () => {
    const machine = newMachine();
    await ot(machine, 'capture', SESSION);
    spawnSync('git', ['init', '-q', '--bare', join(machine.home, 'team.git')], { env: machine.env });
    await ot(machine, 'bucket', 'remote', 'add', 'team', join(machine.home, 'team.git'));
    const unsynced = async () => (await ot(machine, 'status')).reply.bucket.unsynced;
    expect(await unsynced()).toEqual([{ remote: 'team', traces: 1 }]);
    expect(await ot(machine, 'bucket', 'remote', 'push', '--yes')).toMatchObject({ code: 0 });
    expect(await unsynced()).toEqual([{ remote: 'team', traces: 0 }]);
  });
});

describe('pause', () => {
  it('stops the hooks until resume, and says so', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    await ot(machine, 'pause');
    fire(machine, log(machine));
    expect((await ot(machine, 'status')).reply).toMatchObject({ capture: 'paused', spool: { waiting: 0 } });
    await ot(machine, 'resume');
    expect((await ot(machine, 'status')).reply.capture).toBe('on');
  });

  it('marks one session, and takes no path for an id', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    await ot(machine, 'pause', '--session', NAME);
    fire(machine, log(machine));
    expect((await ot(machine, 'capture', 'drain')).reply.drain).toMatchObject({ events: 1, traces: 0 });
    await ot(machine, 'resume', '--session', NAME);
    fire(machine, log(machine));
    expect((await ot(machine, 'capture', 'drain')).reply.drain).toMatchObject({ events: 1, traces: 1 });
    for (const id of ['../x', '..', '', 'a/b']) {
      expect(await ot(machine, 'pause', '--session', id)).toMatchObject({ code: 2 });
    }
    expect(readFileSync(join(machine.otHome, 'hooks', 'spool'), 'utf8')).toContain('git-ot spool 2');
  });
});

describe('setup without a verb', () => {
  it('goes on after a step that could not be done', async () => {
    const machine = newMachine();
    for (const folder of ['.claude', '.codex']) mkdirSync(join(machine.home, folder));
    writeFileSync(join(machine.home, '.claude', 'settings.json'), '{ broken');
    mkdirSync(join(machine.home, '.claude', 'skills', 'git-ot'), { recursive: true });
    writeFileSync(join(machine.home, '.claude', 'skills', 'git-ot', 'SKILL.md'), 'mine');
    const io = recordedIo({ answers: ['y', 'y', 'y'] });
    const { code, stdout, stderr } = await runInProcess(['setup'], { machine, io });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done: git ot setup codex-cli\n' });
    expect(stderr.match(/not done: .*(settings\.json|SKILL\.md) is /gm)).toHaveLength(2);
    expect(stderr).toContain('/hooks');
  });

  it('asks once for everything that is not set up, and does what was agreed to', async () => {
    const machine = newMachine();
    mkdirSync(join(machine.home, '.claude'));
    mkdirSync(join(machine.home, '.codex'));
    spawnSync('git', ['init', '-q'], { cwd: machine.cwd, env: machine.env });
    expect((await ot(machine, 'setup')).reply).toMatchObject({
      status: 'needs_action',
      done: [],
      offered: [
        'git ot setup claude-code',
        'git ot setup codex-cli',
        'git ot setup git',
        'git ot setup skill',
        'git ot setup completions',
      ],
    });
    expect(existsSync(machine.otHome)).toBe(false);
    const io = recordedIo({ answers: ['y', 'n', 'Y', '', ''] });
    expect(await runInProcess(['setup'], { machine, io })).toMatchObject({ code: 0 });
    expect((await ot(machine, 'setup')).reply.offered).toEqual([
      'git ot setup codex-cli',
      'git ot setup skill',
      'git ot setup completions',
    ]);
    expect((await ot(machine, 'status')).reply).toMatchObject({ capture: 'on' });
  });
});
