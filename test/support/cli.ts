/**
 * Running the program in tests: in this process with recorded streams, or as the built binary, both with a
 * home and a bucket of their own.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type App, createApp } from '../../src/cli/app.ts';
import type { CommandEntry } from '../../src/cli/command-entry.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run.ts';
import { hermeticEnv, tempDir } from './git-env.ts';
import { testPlatform } from './platform.ts';
import { SHARED_BUILD } from './shared-build.ts';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One machine of a test: a home folder, a bucket and a current folder. */
export interface Machine {
  readonly home: string;
  readonly otHome: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A machine that shares nothing with this one but the PATH. */
export function newMachine(extra: Readonly<Record<string, string>> = {}): Machine {
  const home = tempDir('git-ot-machine-');
  const otHome = join(home, '.opentraces');
  const cwd = join(home, 'work');
  mkdirSync(cwd);
  return { home, otHome, cwd, env: { ...hermeticEnv(home), OT_HOME: otHome, ...extra } };
}

export interface RecordedIo extends Io {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly bytes: () => Buffer;
}

/** Streams that record. `answers` are the lines a person types; giving any makes the terminal interactive. */
export function recordedIo(
  options: {
    readonly answers?: readonly string[];
    readonly terminal?: boolean;
    /** What is on stdin. */
    readonly input?: string | Buffer;
  } = {},
): RecordedIo {
  const out: Buffer[] = [];
  const err: string[] = [];
  const answers = [...(options.answers ?? [])];
  return {
    color: options.terminal === true,
    stdoutIsTerminal: options.terminal === true,
    interactive: options.answers !== undefined,
    columns: 100,
    out: async (chunk) => {
      out.push(Buffer.from(chunk as string));
    },
    err: async (text) => {
      err.push(text);
    },
    input: async function* () {
      if (options.input !== undefined) yield Buffer.from(options.input as string);
    },
    readLine: async () => answers.shift() ?? null,
    readSecret: async () => answers.shift() ?? null,
    stdout: () => Buffer.concat(out).toString('utf8'),
    stderr: () => err.join(''),
    bytes: () => Buffer.concat(out),
  };
}

export interface InProcessOptions {
  readonly machine?: Machine;
  readonly io?: RecordedIo;
  readonly commands?: readonly CommandEntry[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs one command line (without `git ot`) in this process. */
export async function runInProcess(
  argv: readonly string[],
  options: InProcessOptions = {},
): Promise<Outcome> {
  const io = options.io ?? recordedIo();
  const code = await runCli(argv, testApp(io, options), options.commands ?? COMMANDS);
  return { code, stdout: io.stdout(), stderr: io.stderr() };
}

/** Runs one command line with `--json` in this process; `reply` is its document. */
export async function ot(machine: Machine, ...argv: string[]) {
  const { code, stdout } = await runInProcess([...argv, '--json'], { machine });
  return { code, reply: JSON.parse(stdout) };
}

/** The application over a test machine. */
export function testApp(io: Io, options: Pick<InProcessOptions, 'machine' | 'env'> = {}): App {
  const machine = options.machine ?? newMachine();
  const env = { ...machine.env, ...options.env };
  return createApp({ env, cwd: () => machine.cwd, io, platform: testPlatform() });
}

export interface SpawnOptions {
  readonly machine: Machine;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Signal to send after this many milliseconds. */
  readonly kill?: { readonly signal: NodeJS.Signals; readonly afterMs: number };
}

let building: Promise<string> | undefined;

/** Path of the bundled program, built from these sources once for all files of a run. */
export function binary(): Promise<string> {
  building ??= build();
  return building;
}

/** Who makes the folder builds into it, the others wait for its mark. */
async function build(): Promise<string> {
  const shared = process.env[SHARED_BUILD];
  if (shared === undefined) throw new Error('test/support/shared-build.ts has not run');
  const out = join(shared, 'dist');
  const done = join(shared, 'done');
  if (isFirst(join(shared, 'claimed'))) {
    const script = join(ROOT, 'scripts', 'build.mjs');
    const args = [script, '--out', out];
    const { code, stderr } = await runProgram(process.execPath, args, { machine: newMachine() });
    writeFileSync(`${done}.draft`, code === 0 ? '' : `the build failed:\n${stderr.slice(0, 2000)}`);
    renameSync(`${done}.draft`, done);
  }
  while (!existsSync(done)) await delay(20);
  const failure = readFileSync(done, 'utf8');
  if (failure !== '') throw new Error(failure);
  return join(out, 'git-ot.cjs');
}

function isFirst(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Runs the built program. */
export async function runBinary(argv: readonly string[], options: SpawnOptions): Promise<Outcome> {
  return runProgram(process.execPath, [await binary(), ...argv], options);
}

/** A folder for the PATH that holds `git-ot`, so that `git ot` works as it does for a user. */
export async function binFolder(): Promise<string> {
  const folder = tempDir('git-ot-bin-');
  symlinkSync(await binary(), join(folder, 'git-ot'));
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

export async function runProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? options.machine.cwd,
    env: { ...options.machine.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const { kill } = options;
  const timer = kill === undefined ? undefined : setTimeout(() => child.kill(kill.signal), kill.afterMs);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) =>
      resolve(exit ?? (signal === null ? -1 : 128 + constants.signals[signal])),
    );
  });
  clearTimeout(timer);
  return { code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
}
