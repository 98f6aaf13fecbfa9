/** The built program as a process: what it loads, how it ends. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/cli/build-info.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { machineId, processStart } from '../../src/cli/machine.ts';
import { binary, type Machine, newMachine, ROOT, runBinary, runProgram } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const TRACE = 'd5773b95';

let program: string;

beforeAll(async () => {
  program = await binary();
});

describe('the bundle', () => {
  it('answers without a framework what needs none: the entry works with nothing beside it', async () => {
    const alone = join(tempDir(), 'git-ot.cjs');
    copyFileSync(program, alone);
    const run = (...args: string[]) =>
      runProgram(process.execPath, [alone, ...args], { machine: newMachine() });
    for (const word of ['--version', '-V', 'version']) {
      expect(await run(word)).toEqual({ code: 0, stdout: `git-ot ${VERSION}\n`, stderr: '' });
    }
    for (const args of [[], ['-h'], ['--help'], ['help'], ['--quiet']]) {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      for (const { path, summary } of COMMANDS)
        expect(stdout).toMatch(new RegExp(`${path.join(' ')} +${summary}\n`));
    }
    expect(JSON.parse((await run('--json', '--version')).stdout)).toMatchObject({
      status: 'ok',
      version: VERSION,
    });
    expect(JSON.parse((await run('--json')).stdout).commands).toHaveLength(COMMANDS.length);
  });

  it('has the version of package.json', () => {
    expect(VERSION).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
  });

  it('keeps the large libraries in chunks of their own', () => {
    const chunks = join(dirname(program), 'chunks');
    const texts = readdirSync(chunks).map((name) => readFileSync(join(chunks, name), 'utf8'));
    expect(texts.filter((text) => text.includes('isomorphic-git/'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('Not enough positional'))).toHaveLength(1);
    expect(readFileSync(program, 'utf8')).not.toMatch(/Not enough positional|isomorphic-git\//);
    // A row of the table of commands is some 200 bytes; the entry holds little else.
    expect(readFileSync(program).length).toBeLessThan(220 * COMMANDS.length + 500);
  });
});

describe('the code cache', () => {
  const cached = (home: string): string[] => {
    const folder = join(home, '.cache', 'git-ot');
    return existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
      : [];
  };
  const version = (machine: Machine) => runBinary(['trace', 'get', '00000000', '--json'], { machine });

  it('is private, and a damaged one does no harm', async () => {
    const machine = newMachine();
    const first = await version(machine);
    const files = cached(machine.home).filter((path) => statSync(path).isFile());
    expect(files.length).toBeGreaterThan(0);
    const [folder] = readdirSync(join(machine.home, '.cache', 'git-ot'));
    expect(statSync(join(machine.home, '.cache', 'git-ot', folder!)).mode & 0o077).toBe(0);
    expect(await version(machine)).toEqual(first);
    for (const path of files) {
      const bytes = readFileSync(path);
      for (let at = 100; at < bytes.length; at += 97) bytes[at]! ^= 0x10;
      writeFileSync(path, bytes);
    }
    expect(await version(machine)).toEqual(first);
    for (const path of files) writeFileSync(path, '');
    expect(await version(machine)).toEqual(first);
  });

  it('is not taken from a folder that others can write', async () => {
    const machine = newMachine();
    await version(machine);
    const [folder] = cached(machine.home).filter((path) => statSync(path).isDirectory());
    const files = readdirSync(folder!).map((name) => join(folder!, name));
    for (const path of files) writeFileSync(path, 'x');
    chmodSync(folder!, 0o777);
    await version(machine);
    for (const path of files) expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('is not written by a dry run, and goes with a purge that leaves what others keep there', async () => {
    const machine = newMachine();
    const purge = () => runBinary(['setup', 'uninstall', '--purge', '--yes'], { machine });
    await runBinary(['setup', 'claude-code', '--dry-run'], { machine });
    expect(readdirSync(machine.home).sort()).toEqual(['.gitconfig-empty', 'work']);
    await runBinary(['status'], { machine });
    const mine = join(machine.home, '.cache', 'git-ot', 'mine');
    writeFileSync(mine, 'x');
    expect(await purge()).toMatchObject({ code: 0 });
    expect(cached(machine.home)).toEqual([mine]);
    rmSync(mine);
    await runBinary(['status'], { machine });
    await purge();
    expect(readdirSync(join(machine.home, '.cache'))).toEqual([]);
    rmSync(join(machine.home, '.cache'), { recursive: true });
    await runBinary(['status'], { machine });
    await purge();
    expect(readdirSync(machine.home).sort()).toEqual(['.gitconfig-empty', 'work']);
  });

  it('is not needed', async () => {
    const outcome = await runBinary(['trace', 'lst'], { machine: newMachine(), env: { HOME: '' } });
    expect(outcome).toMatchObject({ code: 2 });
  });
});

describe('a process', () => {
  it('prints one document and nothing else with --json, over a real pipe', async () => {
    const machine = newMachine();
    const captured = await runBinary(['capture', SESSION, '--json'], { machine });
    expect(captured).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(captured.stdout)).toMatchObject({ status: 'ok', commits: 1, totals: { captured: 1 } });
    const missing = await runBinary(['trace', 'get', '00000000', '--json'], { machine });
    expect(missing).toMatchObject({ code: 6, stderr: '' });
    expect(JSON.parse(missing.stdout)).toMatchObject({
      status: 'error',
      error: { code: 'OT_TRACE_NOT_FOUND' },
    });
  });

  it('reads with isomorphic-git where no git program is', async () => {
    const machine = newMachine();
    await runBinary(['capture', SESSION], { machine });
    const read = (...args: string[]) =>
      runBinary(['trace', 'get', TRACE, '--json', ...args], { machine, env: { PATH: '' } });
    expect(JSON.parse((await read()).stdout)).toMatchObject({ error: { code: 'OT_GIT_MISSING' } });
    const { stdout } = await runBinary(['trace', 'get', TRACE, '--json'], { machine });
    expect(await read('--engine', 'isomorphic-git')).toEqual({ code: 0, stdout, stderr: '' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with code %i and one document, and leaves no lock', async (signal, code) => {
    const machine = newMachine();
    mkdirSync(machine.otHome);
    const lock = join(machine.otHome, 'lock.1');
    writeFileSync(lock, `${process.pid} ${processStart(process.pid)} ${machineId()}\n`);
    const waiting = { machine, kill: { signal, afterMs: 700 } };
    const outcome = await runBinary(['capture', SESSION, '--json'], waiting);
    expect(outcome.code).toBe(code);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'error', error: { code: 'OT_INTERRUPTED' } });
    writeFileSync(lock, '');
    expect((await runBinary(['capture', SESSION], { machine })).code).toBe(0);
  });

  it('ends quietly when its reader goes away', async () => {
    const machine = newMachine();
    await runBinary(['capture', SESSION], { machine });
    const script = `{ "$0" "$1" trace get ${TRACE} --json; echo "code $?" >&2; } | head -c 1`;
    const outcome = await runProgram('/bin/sh', ['-c', script, process.execPath, program], { machine });
    expect(outcome).toEqual({ code: 0, stdout: '{', stderr: 'code 0\n' });
  });

  it.runIf(process.platform === 'linux')('says that its output could not be written', async () => {
    const outcome = await shell('"$0" "$1" --version > /dev/full');
    expect(outcome).toMatchObject({
      code: 1,
      stderr: 'git-ot: stdout cannot be written: ENOSPC [OT_OUTPUT]\n',
    });
  });

  it('works, or says why, in a folder that was deleted', async () => {
    const gone = 'mkdir gone && cd gone && rmdir ../gone && "$0" "$1"';
    expect((await shell(`${gone} capture session.jsonl`)).stderr).toContain('[OT_NO_FOLDER]');
    expect((await shell(`${gone} bucket status`)).stderr).toContain('[OT_NO_BUCKET]');
  });

  it('writes all of a large answer', async () => {
    const machine = newMachine();
    const file = join(machine.cwd, 'large.jsonl');
    const line = JSON.parse(
      readFileSync(SESSION, 'utf8')
        .split('\n')
        .find((text) => text.includes('"type":"user"'))!,
    );
    line.message.content = 'x'.repeat(3_000_000);
    line.uuid = '00000000-0000-4000-8000-000000000001';
    line.sessionId = '00000000-0000-4000-8000-000000000002';
    writeFileSync(file, `${JSON.stringify(line)}\n`);
    const captured = JSON.parse((await runBinary(['capture', file, '--json'], { machine })).stdout);
    const { stdout } = await runBinary(['trace', 'get', captured.traces[0].trace_id, '--json'], { machine });
    expect(JSON.parse(stdout).trace.steps[0].content).toHaveLength(3_000_000);
  });
});

function shell(script: string, machine: Machine = newMachine()) {
  return runProgram('/bin/sh', ['-c', script, process.execPath, program], { machine });
}
