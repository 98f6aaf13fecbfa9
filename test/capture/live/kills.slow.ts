/** kill -9 of the hook and of the drain at many moments: nothing of the session is lost, and all is sound after. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { binary, newMachine, ROOT, runBinary } from '../../support/cli.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl');
const NAME = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914';
/** Trace of the fixture session. */
const TRACE = 'd5773b95-1870-5c1a-ab2f-e140d1c64b9a';
const MOMENTS_MS = [5, 20, 40, 60, 80, 100, 130, 160, 200, 250, 300, 400];

it('a session that grows while everything is killed comes out whole', async () => {
  await binary();
  const machine = newMachine();
  await runBinary(['setup', 'claude-code'], { machine });
  const hook = join(machine.otHome, 'hooks', 'spool');
  const spool = join(machine.otHome, 'spool');
  const log = join(machine.home, `${NAME}.jsonl`);
  const lines = readFileSync(SESSION, 'utf8').split('\n');
  const input = JSON.stringify({ hook_event_name: 'Stop', transcript_path: log });
  for (const [index, afterMs] of MOMENTS_MS.entries()) {
    const share = Math.ceil((lines.length * (index + 1)) / MOMENTS_MS.length);
    // The last share ends as the whole does: a longer file would be the one that is kept.
    writeFileSync(log, `${lines.slice(0, share).join('\n')}${share < lines.length ? '\n' : ''}`);
    mkdirSync(spool, { recursive: true });
    // The hook finds a drain at work, so that only the one below is started.
    writeFileSync(join(spool, 'drain'), `${process.pid}\n`);
    const child = spawn(hook, ['agent', 'claude-code'], {
      env: machine.env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    // Every third hook dies in the middle of its work.
    if (index % 3 === 2) child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    writeFileSync(join(spool, 'drain'), `${spawnSync('true').pid}\n`);
    await runBinary(['capture', 'drain'], { machine, kill: { signal: 'SIGKILL', afterMs } });
  }
  copyFileSync(SESSION, log);
  spawnSync(hook, ['agent', 'claude-code'], { env: machine.env, input });
  for (let tries = 0; tries < 300 && notes().length > 0; tries += 1) await delay(100);
  expect(notes()).toEqual([]);
  const { stdout } = await runBinary(['trace', 'source', TRACE], { machine });
  expect(stdout).toBe(readFileSync(SESSION, 'utf8'));
  expect(await runBinary(['bucket', 'verify', '--full'], { machine })).toMatchObject({ code: 0 });

  function notes(): string[] {
    return readdirSync(spool).filter((name) => name.startsWith('event-'));
  }
});
