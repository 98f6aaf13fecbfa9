/**
 * The composition root: the only place that reads the environment, the home folder, the clock and
 * randomness. Everything below receives them through {@link App}.
 */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { OtError } from '../base/errors.ts';
import type { Platform } from '../base/platform.ts';
import type { GitProgram } from '../git/spawn.ts';
import { gitProgram } from '../git/spawn.ts';
import type { Io } from './io.ts';
import { lineReader } from './line-reader.ts';
import { machineId, processStart } from './machine.ts';
import type { Write } from './output.ts';

/** Variables by which agents are told to keep their files elsewhere, and those of the Hugging Face hub. */
export type Setting =
  | 'HF_ENDPOINT'
  | 'HF_HOME'
  | 'HF_TOKEN'
  | 'HF_TOKEN_PATH'
  | 'HUGGING_FACE_HUB_TOKEN'
  | 'XDG_CACHE_HOME'
  | 'CLAUDE_CONFIG_DIR'
  | 'CODEX_HOME'
  | 'PI_CODING_AGENT_DIR'
  | 'XDG_CONFIG_HOME'
  | 'XDG_DATA_HOME';

export interface App {
  /** `$OT_HOME`, absolute; `~/.opentraces` by default. Reading it throws `OT_NO_HOME` when neither is known. */
  readonly home: string;
  /** The user's own home folder. Reading it throws `OT_NO_HOME` when it is unknown. */
  readonly userHome: string;
  /** A variable of another program; undefined when unset or empty. */
  setting(name: Setting): string | undefined;
  /** Names of all variables; their values are nobody's business. */
  readonly environmentNames: readonly string[];
  /** Folder the command was typed in, absolute. Reading it throws `OT_NO_FOLDER` when it was deleted. */
  readonly cwd: string;
  readonly platform: Platform;
  /** The PATH, for external detectors. */
  readonly searchPath: string;
  /** The git program in the caller's environment, cleared as DESIGN §8 says. */
  readonly git: GitProgram;
  readonly io: Io;
  /** `OT_DEBUG=1`. */
  readonly debug: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AppOptions {
  readonly env: Environment;
  /** Asked only when a command needs it: a folder may be gone. */
  readonly cwd: () => string;
  readonly io: Io;
  readonly platform?: Platform;
}

/** An application over given surroundings; the tests' way in. */
export function createApp({ env, cwd, io, platform = systemPlatform() }: AppOptions): App {
  let git: GitProgram | undefined;
  return {
    get home() {
      return homeOf(env, cwd);
    },
    get userHome() {
      return userHomeOf(env, cwd);
    },
    setting: (name) => env[name] || undefined,
    environmentNames: Object.keys(env),
    get cwd() {
      return cwd();
    },
    platform,
    searchPath: env.PATH ?? '',
    get git() {
      git ??= gitProgram({ env: { ...env, ...absoluteHome(env, cwd) } });
      return git;
    },
    io,
    debug: env.OT_DEBUG === '1',
  };
}

/** The application of this process. */
export function processApp(write: Write): App {
  return createApp({ env: process.env, cwd: currentFolder, io: processIo(write) });
}

function homeOf(env: Environment, cwd: () => string): string {
  const named = env.OT_HOME;
  if (named !== undefined && named !== '') return isAbsolute(named) ? resolve(named) : resolve(cwd(), named);
  return join(userHomeOf(env, cwd), '.opentraces');
}

/** `HOME` as children that run in other folders must see it: from the current folder when it is relative. */
function absoluteHome({ HOME: home = '' }: Environment, cwd: () => string): { HOME?: string } {
  return home === '' || isAbsolute(home) ? {} : { HOME: resolve(cwd(), home) };
}

function userHomeOf(env: Environment, cwd: () => string): string {
  const named = env.HOME || (process.platform === 'win32' ? env.USERPROFILE : undefined) || homedir();
  if (named !== '') return isAbsolute(named) ? named : resolve(cwd(), named);
  throw new OtError('OT_NO_HOME', 'usage', 'neither OT_HOME nor a home folder is set', {
    hint: 'set OT_HOME to the folder that shall hold the bucket',
  });
}

function systemPlatform(): Platform {
  let id: string | undefined;
  return {
    now: () => new Date(),
    randomHex: (count) => randomBytes(count).toString('hex'),
    sleep: (milliseconds) => delay(milliseconds),
    pid: process.pid,
    processStart,
    get machineId() {
      id ??= machineId();
      return id;
    },
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new OtError('OT_NO_FOLDER', 'usage', 'the current folder no longer exists', {
      hint: 'change to another folder, then run the command again',
      cause,
    });
  }
}

function processIo(write: Write): Io {
  const stdoutIsTerminal = isatty(1);
  return {
    color: stdoutIsTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    stdoutIsTerminal,
    interactive: isatty(0) && isatty(2),
    columns: stdoutIsTerminal ? process.stdout.columns : 100,
    out: (chunk) => write(1, chunk),
    err: (text) => write(2, text),
    input: () => process.stdin,
    readLine: lineReader(),
    readSecret,
  };
}

/** A key press is a byte or a few: Ctrl-C ends the program, Backspace takes back a character. */
async function readSecret(): Promise<string | null> {
  process.stdin.setRawMode(true);
  try {
    let typed = '';
    for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
      for (const key of chunk) {
        if (key === '\u0003') process.kill(process.pid, 'SIGINT');
        else if (key === '\r' || key === '\n') return typed;
        else if (key === '\u0004') return typed === '' ? null : typed;
        else if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
        else typed += key;
      }
    }
    return typed === '' ? null : typed;
  } finally {
    process.stdin.setRawMode(false);
  }
}
