/** Questions on a real terminal: `script` gives the built program one. Skipped where it is missing. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { draw } from '../security/samples.ts';
import { binary, type Machine, newMachine, runInProcess } from '../support/cli.ts';

const HAS_SCRIPT = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

let machine: Machine;

beforeEach(() => {
  machine = newMachine({ HF_ENDPOINT: 'http://127.0.0.1:9', TERM: 'dumb' });
});

/** Types each answer when the program has asked, that is when what it printed ends in a blank. */
async function atTerminal(
  words: string,
  answers: readonly string[],
): Promise<{ code: number | null; seen: string }> {
  const command = `'${process.execPath}' '${await binary()}' ${words}`;
  const child: ChildProcessWithoutNullStreams = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: machine.cwd,
    env: machine.env,
  });
  const left = [...answers];
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString('utf8');
    if (/[:\]] $/.test(seen) && left.length > 0) setTimeout(() => child.stdin.write(left.shift() ?? ''), 200);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, seen };
}

describe.skipIf(!HAS_SCRIPT)('on a terminal', () => {
  it('one question follows another', async () => {
    const { code, seen } = await atTerminal('setup bucket', ['basic\n', '\n']);
    expect(seen).toContain('remote to push to');
    expect(code).toBe(0);
    const { stdout } = await runInProcess(['bucket', 'security', '--json'], { machine });
    expect(JSON.parse(stdout).security.policy).toBe('basic');
  });

  it('what was typed ahead answers what is asked next', async () => {
    const { code } = await atTerminal('setup bucket', [`custom\ny\n${'n\n'.repeat(9)}\n`]);
    expect(code).toBe(0);
    const { stdout } = await runInProcess(['bucket', 'security', '--json'], { machine });
    expect(JSON.parse(stdout).security.tools).toEqual(['regex']);
  });

  it('a token is not shown, and Backspace takes a character back', async () => {
    const token = `h${'f_'}${draw(20)}`;
    const { code, seen } = await atTerminal('auth login', [`${token}x\u007f\r`]);
    expect(code).toBe(0);
    expect(seen).not.toContain(token.slice(3, 9));
    expect(readFileSync(join(machine.home, '.cache', 'huggingface', 'token'), 'utf8')).toBe(token);
  });

  it('Ctrl-C ends the question', async () => {
    expect((await atTerminal('auth login', ['\u0003'])).code).toBe(130);
  });
});
