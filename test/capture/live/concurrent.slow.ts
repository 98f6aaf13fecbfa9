/** Agents in several work trees at once, commits between their turns, and every drain killed after a while. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { binary, type Machine, newMachine, ROOT, runBinary } from '../../support/cli.ts';
import { IDENTITY } from '../../support/git-env.ts';

const SESSION = readFileSync(
  join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl'),
  'utf8',
).split('\n');
const AGENTS = 6;
const TURNS = 8;
const EVENTS = ['UserPromptSubmit', 'SubagentStop', 'Stop'];

function idOf(agent: number): string {
  return `0000000${agent}-84b7-4e0e-9a55-1c7be0d2f914`;
}

/** The session up to a turn; the last one ends as the whole does. */
function textAt(turn: number): string {
  const share = Math.ceil((SESSION.length * turn) / TURNS);
  return SESSION.slice(0, share).join('\n') + (share < SESSION.length ? '\n' : '');
}

/** Ends with what the program ended with. */
function run(program: string, args: string[], cwd: string, env: object, input = ''): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env } as NodeJS.ProcessEnv,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('close', resolve);
  });
}

/** Kills the drain that the marker names, when it is one. */
function killDrain({ otHome }: Machine, program: string): boolean {
  try {
    const pid = Number.parseInt(readFileSync(join(otHome, 'spool', 'drain'), 'utf8'), 10);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes(program) && command.includes('drain') && process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Whether a process of this program is still there: folders of a test go only after it. */
function isRunning(program: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
    } catch {
      return false;
    }
  });
}

it.skipIf(!existsSync('/proc/self/cmdline'))(
  'every session comes out whole, and no host ever notices',
  async () => {
    const program = await binary();
    const machine = newMachine();
    const env = { ...machine.env, ...IDENTITY };
    const git = (cwd: string, ...args: string[]) => spawnSync('git', args, { cwd, env }).status;
    git(machine.cwd, 'init', '-q', '-b', 'main');
    git(machine.cwd, 'commit', '-q', '--allow-empty', '-m', 'one');
    await runBinary(['setup', 'claude-code'], { machine });
    await runBinary(['setup', 'git'], { machine });
    const hook = join(machine.otHome, 'hooks', 'spool');
    mkdirSync(join(machine.home, 'logs'));

    const codes: Array<number | null> = [];
    const work = async (agent: number): Promise<void> => {
      const tree = join(machine.home, `tree ${agent}`);
      codes.push(git(machine.cwd, 'worktree', 'add', '-q', '-b', `side-${agent}`, tree));
      const log = join(machine.home, 'logs', `${idOf(agent)}.jsonl`);
      for (let turn = 1; turn <= TURNS; turn += 1) {
        writeFileSync(log, textAt(turn));
        for (const event of EVENTS) {
          const input = JSON.stringify({ hook_event_name: event, transcript_path: log, cwd: tree });
          codes.push(await run(hook, ['agent', 'claude-code'], tree, env, input));
        }
        codes.push(await run('git', ['commit', '-q', '--allow-empty', '-m', `turn ${turn}`], tree, env));
        await delay((agent * 37 + turn * 53) % 400);
      }
    };
    let working = true;
    let kills = 0;
    const killer = (async () => {
      for (let n = 0; working; n += 1) {
        await delay(100 + ((n * 97) % 500));
        if (killDrain(machine, program)) kills += 1;
      }
    })();
    await Promise.all(Array.from({ length: AGENTS }, (_, agent) => work(agent)));
    working = false;
    await killer;
    expect(new Set(codes)).toEqual(new Set([0]));
    expect(kills).toBeGreaterThan(3);

    const { stdout } = await runBinary(['capture', 'drain', '--json'], { machine });
    while (isRunning(program)) await delay(100);
    expect(JSON.parse(stdout)).toMatchObject({ drain: { set_aside: 0 } });
    expect(readdirSync(join(machine.otHome, 'spool')).filter((name) => name.startsWith('event-'))).toEqual(
      [],
    );
    const list = await runBinary(['trace', 'list', '--json'], { machine });
    const ids: string[] = JSON.parse(list.stdout).traces.map((trace: { trace_id: string }) => trace.trace_id);
    expect(ids).toHaveLength(AGENTS);
    for (const id of ids) {
      expect((await runBinary(['trace', 'source', id], { machine })).stdout).toBe(SESSION.join('\n'));
    }
    expect(await runBinary(['bucket', 'verify', '--full'], { machine })).toMatchObject({ code: 0 });
  },
);
