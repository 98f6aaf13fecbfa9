/** The wizard at a terminal, made by script(1); and lines that are typed ahead. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binFolder, newMachine, runBinary, runProgram } from '../support/cli.ts';

/** Util-linux's script runs a command at a terminal of its own and gives its exit code. */
const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

describe.skipIf(!hasScript)('git ot setup at a terminal', () => {
  it('asks one question after another, and does what was agreed to', async () => {
    const machine = newMachine();
    for (const folder of ['.claude', '.codex']) mkdirSync(join(machine.home, folder));
    spawnSync('git', ['init', '-q'], { cwd: machine.cwd, env: machine.env });
    const env = { PATH: `${await binFolder()}:${machine.env.PATH}`, SHELL: '/bin/sh', TERM: 'xterm' };
    const answers = 'y\nn\ny\nn\nn\n';
    const { code, stdout } = await runProgram('script', ['-qec', 'git ot setup', '/dev/null'], {
      machine,
      env,
      input: answers,
    });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout.match(/\[y\/N\]/g)).toHaveLength(5);
    expect(stdout).toContain('done: git ot setup claude-code\r\ndone: git ot setup git\r\n');
    expect(existsSync(join(machine.home, '.claude', 'settings.json'))).toBe(true);
    expect(readdirSync(join(machine.home, '.codex'))).toEqual([]);
    expect(readdirSync(join(machine.cwd, '.git', 'hooks'))).toContain('pre-push');
  });

  it('ends where the input ends, and changes nothing more', async () => {
    const machine = newMachine();
    for (const folder of ['.claude', '.codex']) mkdirSync(join(machine.home, folder));
    const env = { PATH: `${await binFolder()}:${machine.env.PATH}`, SHELL: '/bin/sh', TERM: 'xterm' };
    const { code, stdout } = await runProgram('script', ['-qec', 'git ot setup', '/dev/null'], {
      machine,
      env,
      input: 'n\n\u0004',
    });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain('nothing was changed');
    expect(existsSync(machine.otHome)).toBe(false);
  });
});

it('asks nothing without a terminal, and names the commands', async () => {
  const machine = newMachine();
  mkdirSync(join(machine.home, '.claude'));
  const { code, stdout, stderr } = await runBinary(['setup'], { machine, input: 'y\ny\ny\n' });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'nothing was changed\n' });
  expect(stderr).toContain('next: git ot setup claude-code\n');
  expect(existsSync(machine.otHome)).toBe(false);
});
