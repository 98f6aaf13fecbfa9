/** Runs the `git` program: argument arrays only, a cleared environment, an explicit repository, bounded stderr. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { isSystemError, OtError } from '../base/errors.ts';
import { cleanEnvironment, type Environment, OFFLINE } from './environment.ts';
import { gitFailed, gitMissing, gitTooSlow } from './failure.ts';

const STDERR_LIMIT = 64 * 1024;
/** Oldest git the program is tested with. */
export const OLDEST_GIT: readonly [number, number] = [2, 39];

export interface GitCall {
  /** Repository of the command; left out only by commands that create or look for one. */
  readonly gitDir?: string;
  /** Folder to run in; default is the repository itself, or the current folder without one. */
  readonly cwd?: string;
  /** What stdin gets, then end of file. */
  readonly input?: Buffer | string | AsyncIterable<Buffer>;
  /** Settings given as `-c name=value`. */
  readonly config?: readonly string[];
  /** Variables set on top of the cleared environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** True lets this command use git's transport; every other call is kept off the network. */
  readonly network?: boolean;
  /** How long {@link GitProgram.run} waits, in milliseconds, before it ends the command and all that it started. */
  readonly limitMs?: number;
  /** Exit codes that are answers, not failures. Default `[0]`. */
  readonly okCodes?: readonly number[];
  /** Receives stderr line by line (`\r` ends a line too) while the command runs. */
  readonly onStderr?: (line: string) => void;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** First 64 KiB. */
  readonly stderr: string;
}

export interface GitProgram {
  /**
   * Runs to the end. Throws `OT_GIT_MISSING`, `OT_GIT_FAILED`, `OT_GIT_TOO_SLOW`, or a storage error such as
   * `OT_DISK_FULL`.
   */
  run(args: readonly string[], call?: GitCall): Promise<GitResult>;
  /** Like {@link GitProgram.run}, as text. */
  text(args: readonly string[], call?: GitCall): Promise<string>;
  /** Starts a child with three pipes; `input`, `okCodes` and `onStderr` of the call are the caller's business. */
  start(args: readonly string[], call?: GitCall): ChildProcessWithoutNullStreams;
}

export interface GitProgramOptions {
  /** The caller's environment, taken as a value: this folder reads no global state. */
  readonly env: Environment;
  /** The program; default `git`, found on the PATH of `env`. */
  readonly path?: string;
}

/** The git program under a given environment. Starts nothing by itself. */
export function gitProgram(options: GitProgramOptions): GitProgram {
  const base = cleanEnvironment(options.env);
  const start = (args: readonly string[], call: GitCall = {}): ChildProcessWithoutNullStreams =>
    spawn(options.path ?? 'git', argumentsOf(args, call), {
      env: { ...base, ...(call.network === true ? {} : OFFLINE), ...call.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: call.limitMs !== undefined,
      ...cwdOf(call),
    });
  const run = (args: readonly string[], call: GitCall = {}) =>
    runToEnd(start(args, call), args[0] ?? '', call);
  return { run, start, text: async (args, call) => (await run(args, call)).stdout.toString('utf8') };
}

/** The same program, of which no `run` waits longer: for repositories that may be anything. */
export function withTimeLimit(git: GitProgram, limitMs: number): GitProgram {
  const run: GitProgram['run'] = (args, call) => git.run(args, { limitMs, ...call });
  return {
    run,
    start: git.start,
    text: async (args, call) => (await run(args, call)).stdout.toString('utf8'),
  };
}

/** Running inside the repository keeps a command alive when the user's current folder was deleted. */
function cwdOf(call: GitCall): { cwd?: string } {
  const cwd = call.cwd ?? call.gitDir;
  return cwd === undefined ? {} : { cwd };
}

function argumentsOf(args: readonly string[], call: GitCall): string[] {
  const config = [...(call.network === true ? [] : ['protocol.allow=never']), ...(call.config ?? [])];
  return [
    ...(call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`]),
    ...config.flatMap((setting) => ['-c', setting]),
    ...args,
  ];
}

async function runToEnd(
  child: ChildProcessWithoutNullStreams,
  subcommand: string,
  call: GitCall,
): Promise<GitResult> {
  const stdout: Buffer[] = [];
  const stderr = collectStderr(child, call.onStderr);
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  const feeding = feed(child, call.input);
  const limit = timeLimit(child, call.limitMs);
  const { code, signal } = await exitOf(child, call).finally(limit.clear);
  if (limit.isOver()) throw gitTooSlow(subcommand);
  const inputError = await feeding;
  if (code === null || !(call.okCodes ?? [0]).includes(code)) {
    throw gitFailed(subcommand, stderr(), signal === null ? `exit ${code}` : `signal ${signal}`);
  }
  if (inputError !== null) throw inputError;
  return { code, stdout: Buffer.concat(stdout), stderr: stderr() };
}

interface TimeLimit {
  readonly isOver: () => boolean;
  readonly clear: () => void;
}

function timeLimit(child: ChildProcessWithoutNullStreams, limitMs: number | undefined): TimeLimit {
  let isOver = false;
  const end = (): void => {
    isOver = true;
    endGroup(child);
  };
  const timer = limitMs === undefined ? undefined : setTimeout(end, limitMs);
  return { isOver: () => isOver, clear: () => clearTimeout(timer) };
}

/** Also what it started: a filter of the repository may never end, and holds the pipes that are waited for. */
function endGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
}

/**
 * Resolves when the child is gone and its pipes are drained. Throws `OT_GIT_MISSING` when it never started, or
 * `OT_NOT_A_REPOSITORY` when that was because its folder is gone.
 */
export function exitOf(
  child: ChildProcessWithoutNullStreams,
  call: GitCall,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(startFailure(error, call)));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** The system reports a missing program and a missing folder alike. */
function startFailure(error: Error, call: GitCall): Error {
  if (!isSystemError(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return error;
  const { cwd } = cwdOf(call);
  if (cwd === undefined || existsSync(cwd)) return gitMissing(error);
  return new OtError('OT_NOT_A_REPOSITORY', 'usage', `the folder ${cwd} is not there`);
}

/** Feeds stdin. A child that leaves early is judged by its exit code, so a broken pipe is no error here. */
async function feed(child: ChildProcessWithoutNullStreams, input: GitCall['input']): Promise<unknown> {
  child.stdin.on('error', () => {});
  if (input === undefined || typeof input === 'string' || Buffer.isBuffer(input)) {
    child.stdin.end(input);
    return null;
  }
  try {
    await pipeline(input, child.stdin);
    return null;
  } catch (error) {
    child.stdin.destroy();
    return isSystemError(error, 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED') ? null : error;
  }
}

/** Collects the first 64 KiB of stderr, and hands lines out as they come. */
export function collectStderr(
  child: ChildProcessWithoutNullStreams,
  onLine?: (line: string) => void,
): () => string {
  const kept: Buffer[] = [];
  let size = 0;
  let rest = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (size < STDERR_LIMIT) kept.push(chunk.subarray(0, STDERR_LIMIT - size));
    size += chunk.length;
    if (onLine === undefined) return;
    const lines = (rest + chunk.toString('utf8')).split(/[\r\n]/);
    rest = (lines.pop() ?? '').slice(-4096);
    for (const line of lines) if (line.trim() !== '') onLine(line);
  });
  return () => Buffer.concat(kept).toString('utf8');
}

/** Version of the git program as numbers, e.g. `[2, 39, 5]`. */
export async function gitVersion(git: GitProgram): Promise<readonly number[]> {
  const match = /(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(await git.text(['--version']));
  if (match === null) throw gitFailed('--version', '', 'no version in its answer');
  return match.slice(1).map((part) => Number(part ?? 0));
}

/** Throws `OT_GIT_TOO_OLD` when the program is older than {@link OLDEST_GIT}. */
export async function assertGitVersion(git: GitProgram): Promise<void> {
  const [major = 0, minor = 0] = await gitVersion(git);
  const [oldestMajor, oldestMinor] = OLDEST_GIT;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new OtError('OT_GIT_TOO_OLD', 'usage', `git ${major}.${minor} is too old`, {
    hint: `Install git ${OLDEST_GIT.join('.')} or newer.`,
  });
}
