/** What `doctor` finds in the bucket, at remotes and in repositories, with what mends it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.ts';
import { acquireLock } from '../../src/bucket/lock.ts';
import { type Machine, newMachine, ot, ROOT } from '../support/cli.ts';
import { testPlatform } from '../support/platform.ts';

const FIXTURES = join(ROOT, 'fixtures', 'sessions', 'claude-code');
const SESSION = join(FIXTURES, 'basic', 'input.jsonl');

interface Finding {
  readonly code: string;
  readonly level: string;
  readonly path: string;
  readonly fix: string;
}

/** Findings with the code, and the exit code. */
async function examine(machine: Machine, ...options: string[]) {
  const { code, reply } = await ot(machine, 'doctor', ...options);
  const findings = reply.findings as Finding[];
  expect(code).toBe(findings.some(({ level }) => level === 'problem') ? 3 : 0);
  return findings;
}

/** A machine with hooks, where nothing is wrong. */
async function wellMachine(): Promise<Machine> {
  const machine = newMachine();
  await ot(machine, 'setup', 'claude-code');
  expect(await examine(machine)).toEqual([]);
  return machine;
}

function git(machine: Machine, ...args: string[]) {
  return spawnSync('git', args, { cwd: machine.cwd, env: machine.env, encoding: 'utf8' });
}

describe('the catalog', () => {
  it('is missing, then made by a query, then behind: three notes that need no mending', async () => {
    const machine = await wellMachine();
    await ot(machine, 'capture', SESSION);
    const path = join(machine.otHome, 'cache', 'catalog.sqlite');
    expect(await examine(machine)).toMatchObject([{ code: 'catalog_missing', level: 'note', path }]);
    expect(existsSync(path)).toBe(false);
    await ot(machine, 'trace', 'query', 'price');
    expect(await examine(machine)).toEqual([]);
    await ot(machine, 'capture', join(FIXTURES, 'images', 'input.jsonl'));
    const [stale] = await examine(machine);
    expect(stale).toMatchObject({ code: 'catalog_stale', level: 'note' });
    expect(await ot(machine, ...stale!.fix.split(' ').slice(2))).toMatchObject({ code: 0 });
    expect(await examine(machine)).toEqual([]);
  });

  it.each([
    ['catalog_damaged', 'problem', (path: string) => writeFileSync(path, 'no database at all'.repeat(999))],
    ['catalog_newer', 'problem', (path: string) => execute(path, 'PRAGMA user_version = 99')],
    ['catalog_older', 'note', (path: string) => execute(path, 'PRAGMA user_version = 0')],
  ])('%s', async (code, level, damage) => {
    const machine = await wellMachine();
    await ot(machine, 'capture', SESSION);
    await ot(machine, 'bucket', 'rebuild');
    const path = join(machine.otHome, 'cache', 'catalog.sqlite');
    for (const name of ['-wal', '-shm']) rmSync(path + name, { force: true });
    await damage(path);
    const before = readFileSync(path);
    const [finding] = await examine(machine);
    expect(finding).toMatchObject({ code, level, path });
    expect(finding!.fix).toContain('git ot bucket rebuild --substrate catalog');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(await ot(machine, 'bucket', 'rebuild', '--substrate', 'catalog')).toMatchObject({ code: 0 });
    expect(await examine(machine)).toEqual([]);
    expect(await ot(machine, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });
});

async function execute(path: string, sql: string): Promise<void> {
  const database = await openSqlite(path);
  database.exec(sql);
  database.close();
}

describe('remotes', () => {
  it('are held against what the last push knew, and asked only when told to', async () => {
    const machine = await wellMachine();
    await ot(machine, 'capture', SESSION);
    await ot(machine, 'bucket', 'rebuild');
    const there = join(machine.home, 'team.git');
    git(machine, 'init', '-q', '--bare', there);
    await ot(machine, 'bucket', 'remote', 'add', 'team', there);
    const [unsynced] = await examine(machine, '--remotes');
    expect(unsynced).toMatchObject({ code: 'remote_unsynced', level: 'note', path: 'team' });
    expect(await ot(machine, ...unsynced!.fix.split(' ').slice(2), '--yes')).toMatchObject({ code: 0 });
    expect(await examine(machine, '--remotes')).toEqual([]);
    rmSync(there, { recursive: true });
    expect(await examine(machine)).toEqual([]);
    expect(await examine(machine, '--remotes')).toMatchObject([
      { code: 'remote_unreachable', level: 'problem', path: 'team' },
    ]);
  });
});

describe('settings and hooks', () => {
  it('that were written anew without ours', async () => {
    const machine = newMachine();
    const path = join(machine.home, '.claude', 'settings.json');
    mkdirSync(join(machine.home, '.claude'));
    writeFileSync(path, '{"model": "opus"}');
    await ot(machine, 'setup', 'claude-code');
    await ot(machine, 'setup', 'pi');
    writeFileSync(path, '{"model": "sonnet"}');
    const [finding] = await examine(machine);
    expect(finding).toMatchObject({ code: 'hooks_gone', level: 'problem', path: 'claude-code' });
    expect(await ot(machine, ...finding!.fix.split(' ').slice(2))).toMatchObject({ code: 0 });
    expect(await examine(machine)).toEqual([]);
    await ot(machine, 'setup', 'claude-code', '--remove');
    expect(await examine(machine)).toEqual([]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ model: 'sonnet' });
  });

  it('of an agent that is used here and not set up', async () => {
    const machine = await wellMachine();
    mkdirSync(join(machine.home, '.codex', 'sessions'), { recursive: true });
    expect(await examine(machine)).toEqual([]);
    writeFileSync(join(machine.home, '.codex', 'sessions', 'rollout-2026-02-03T09-12-19-x.jsonl'), '{}\n');
    expect(await examine(machine)).toMatchObject([
      { code: 'agent_not_set_up', level: 'note', path: 'codex-cli', fix: 'git ot setup codex-cli' },
    ]);
  });

  it('of repositories anywhere: replaced by somebody, or looked for elsewhere', async () => {
    const machine = await wellMachine();
    git(machine, 'init', '-q', "it's there");
    const there: Machine = { ...machine, cwd: join(machine.cwd, "it's there") };
    await ot(there, 'setup', 'git');
    expect(await examine(machine)).toEqual([]);
    const hook = join(there.cwd, '.git', 'hooks', 'pre-push');
    writeFileSync(hook, '#!/bin/sh\nexit 0\n');
    const [missing] = await examine(machine);
    expect(missing).toMatchObject({ code: 'hook_missing', level: 'problem', path: hook });
    expect(missing!.fix).toBe(`git -C '${there.cwd.replace("'", `'\\''`)}' ot setup git`);
    await ot(there, 'setup', 'git');
    expect(await examine(machine)).toEqual([]);
    git(there, 'config', 'core.hooksPath', '.husky/_');
    const moved = {
      code: 'hooks_moved',
      level: 'problem',
      path: join(there.cwd, '.husky', '_'),
      fix: missing!.fix,
    };
    expect(await examine(machine)).toMatchObject([moved]);
    expect(await examine(there)).toMatchObject([{ code: 'hooks_moved' }]);
    rmSync(there.cwd, { recursive: true });
    expect(await examine(machine)).toEqual([]);
  });
});

describe('what keeps hooks from doing anything', () => {
  it.each(['spool', 'program'])('is a script of ours that is gone: %s', async (name) => {
    const machine = await wellMachine();
    const path = join(machine.otHome, 'hooks', name);
    rmSync(path);
    expect(await examine(machine)).toMatchObject([{ code: 'script_missing', level: 'problem', path }]);
    const { reply } = await ot(machine, 'status');
    expect(reply).toMatchObject({ status: 'needs_action', capture: 'failing' });
    expect(reply.reason).toContain(path);
    await ot(machine, 'setup', 'claude-code');
    expect(await examine(machine)).toEqual([]);
  });

  it('is a settings file of ours that is gone, also without a backup', async () => {
    const machine = await wellMachine();
    await ot(machine, 'setup', 'gemini-cli');
    rmSync(join(machine.home, '.claude', 'settings.json'));
    expect(await examine(machine)).toMatchObject([{ code: 'hooks_gone', path: 'claude-code' }]);
    rmSync(join(machine.home, '.claude'), { recursive: true });
    expect(await examine(machine)).toEqual([]);
  });

  it('is a writer that holds the bucket: a note at first, then to mend', async () => {
    const machine = await wellMachine();
    await ot(machine, 'bucket', 'rebuild');
    const lock = await acquireLock(machine.otHome, testPlatform());
    const path = join(machine.otHome, readdirSync(machine.otHome).find((name) => name.startsWith('lock.'))!);
    const heldFor = (seconds: number) => utimesSync(path, new Date(), new Date(Date.now() - seconds * 1000));
    expect(await examine(machine)).toEqual([]);
    heldFor(20);
    expect(await examine(machine)).toMatchObject([{ code: 'bucket_locked', level: 'note' }]);
    heldFor(70);
    expect(await examine(machine)).toMatchObject([{ code: 'bucket_locked', level: 'problem' }]);
    heldFor(20);
    // A drain is at work on the note, and waits for the lock.
    mkdirSync(join(machine.otHome, 'spool'));
    writeFileSync(join(machine.otHome, 'spool', 'event-1-0'), 'x');
    writeFileSync(join(machine.otHome, 'spool', 'drain'), `${process.pid}\n`);
    expect(await examine(machine)).toMatchObject([{ code: 'bucket_locked', level: 'problem' }]);
    const { reply } = await ot(machine, 'status');
    expect(reply).toMatchObject({ capture: 'failing', since: expect.stringMatching(/Z$/) });
    await lock.release();
    expect((await ot(machine, 'status')).reply.capture).toBe('on');
  });
});
