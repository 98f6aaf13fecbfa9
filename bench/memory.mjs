// Peak memory of one command: its own process exactly, its children as often as they are looked at.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from './paths.mjs';

const LOOK_MS = 20;

/**
 * Runs a node command. Throws when it does not exit with 0.
 * @param {import('./process.mjs').Command} command
 * @param {string} scratch an empty folder
 * @returns {Promise<{own: number, children: number | null, together: number | null, ms: number, stdout: string}>}
 * bytes: the process itself, its largest child, and the largest sum seen at one moment (null where /proc is not)
 */
export async function peakMemory({ program, args, env, cwd }, scratch) {
  const file = join(scratch, 'peak');
  const preload = ['--require', join(BENCH, 'probes', 'peak-memory.cjs')];
  const start = process.hrtime.bigint();
  const child = spawn(program, [...preload, ...args], {
    cwd,
    env: { ...env, BENCH_PEAK_FILE: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const watch = watchTree(child.pid);
  const stdout = [];
  child.stdout.on('data', (chunk) => stdout.push(chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const seen = watch.end();
  if (code !== 0) throw new Error(`${args.join(' ').slice(0, 200)}: exit ${code}`);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  return {
    own: Number(readFileSync(file, 'utf8')),
    ...seen,
    ms,
    stdout: Buffer.concat(stdout).toString('utf8'),
  };
}

function watchTree(pid) {
  if (process.platform !== 'linux') return { end: () => ({ children: null, together: null }) };
  let children = 0;
  let together = 0;
  const look = () => {
    const below = descendants(pid).map(memoryOf);
    children = Math.max(children, ...below.map(({ peak }) => peak));
    together = Math.max(together, memoryOf(pid).now + below.reduce((sum, { now }) => sum + now, 0));
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    end: () => {
      clearInterval(timer);
      return { children, together };
    },
  };
}

function descendants(pid) {
  const direct = tasksOf(pid).flatMap((task) => {
    const list = textOf(`/proc/${pid}/task/${task}/children`);
    return list.split(' ').filter((id) => id !== '');
  });
  return direct.flatMap((child) => [child, ...descendants(child)]);
}

function tasksOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Resident bytes of a process at its peak and now; 0 once it is gone. */
function memoryOf(pid) {
  const status = textOf(`/proc/${pid}/status`);
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { peak: kilobytes('VmHWM') * 1024, now: kilobytes('VmRSS') * 1024 };
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
