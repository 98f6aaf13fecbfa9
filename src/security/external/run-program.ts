/**
 * Runs a detector that is a program: an argument array, a bare environment, an empty folder of its own, a limit
 * on time and output. The only file of this layer that starts a process. What the program says on stderr may
 * quote a secret, so nobody reads it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OtError } from '../../base/errors.ts';

/** Where a program is and how it is run. */
export interface ProgramPlace {
  /** Absolute path of the program. */
  readonly path: string;
  /** PATH of the child. */
  readonly searchPath: string;
  /** Milliseconds; every megabyte of input adds five seconds. */
  readonly timeLimit: number;
}

export interface ProgramCall extends ProgramPlace {
  /** Tool name, for messages. */
  readonly tool: string;
  readonly args: readonly string[];
  readonly input: AsyncIterable<Buffer>;
  /** Its stderr counts as output: for calls that give it nothing to quote. */
  readonly readsStderr?: boolean;
}

const MAX_OUTPUT = 64 * 1024 * 1024;
const TICK_MS = 50;
const BYTES_PER_MS = 200;

/**
 * What the program printed. Throws `OT_TOOL_FAILED` (refused) unless it starts, reads all of its input and ends
 * with 0 in time; what `input` throws goes through.
 */
export async function runProgram(call: ProgramCall): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'git-ot-tool-'));
  try {
    return await new ProgramRun(call, folder).output();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `OT_TOOL_FAILED`; `reason` holds nothing the program said. */
export function toolFailed(tool: string, reason: string): OtError {
  return new OtError('OT_TOOL_FAILED', 'refused', `the security tool ${tool} failed: ${reason}`, {
    hint: `nothing was sent; try the program by itself, or leave it out: git ot bucket security --tool ${tool} --disable`,
  });
}

class ProgramRun {
  readonly #call: ProgramCall;
  readonly #child: ChildProcessWithoutNullStreams;
  #fed = 0;
  /** Why we ended it. */
  #ended: string | null = null;
  #inputError: unknown = null;

  constructor(call: ProgramCall, folder: string) {
    this.#call = call;
    this.#child = spawn(call.path, call.args, {
      cwd: folder,
      env: { PATH: call.searchPath, HOME: folder, TMPDIR: folder, LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what it starts can be ended with it.
      detached: true,
    });
  }

  async output(): Promise<Buffer> {
    const timer = this.#startTimer();
    try {
      const { stdout, stderr } = this.#child;
      const messages = this.#call.readsStderr === true ? this.#read(stderr) : dropped(stderr);
      const work = [this.#exit(), this.#read(stdout), messages, this.#feed()] as const;
      const [exit, output, said, isFed] = await Promise.all(work);
      if (this.#inputError !== null) throw this.#inputError;
      const reason = this.#ended ?? (exit !== 0 ? `it ended with ${exit}` : null);
      if (reason !== null) throw this.#failed(reason);
      if (!isFed) throw this.#failed('it did not read its input');
      return Buffer.concat([output, said]);
    } finally {
      clearInterval(timer);
    }
  }

  #failed(reason: string): OtError {
    return toolFailed(this.#call.tool, reason);
  }

  #startTimer(): NodeJS.Timeout {
    let elapsed = 0;
    return setInterval(() => {
      elapsed += TICK_MS;
      if (elapsed > this.#call.timeLimit + this.#fed / BYTES_PER_MS) this.#end('it took too long');
    }, TICK_MS);
  }

  #exit(): Promise<number | NodeJS.Signals> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', () => reject(this.#failed('it does not start')));
      this.#child.once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
    });
  }

  async #read(stream: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size <= MAX_OUTPUT) chunks.push(chunk);
        else this.#end('it printed too much');
      }
    } catch {
      this.#end('its output broke off');
    }
    return Buffer.concat(chunks);
  }

  /** False when the program closed its stdin before the end. */
  async #feed(): Promise<boolean> {
    try {
      await pipeline(this.#countedInput(), this.#child.stdin);
      return true;
    } catch {
      if (this.#inputError !== null) this.#end('its input broke off');
      return false;
    }
  }

  async *#countedInput(): AsyncIterable<Buffer> {
    try {
      for await (const chunk of this.#call.input) {
        this.#fed += chunk.length;
        yield chunk;
      }
    } catch (error) {
      this.#inputError = error;
      throw error;
    }
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

/** Read, so that the program is not held up, and forgotten. */
function dropped(stream: Readable): Buffer {
  stream.on('error', () => undefined).resume();
  return Buffer.alloc(0);
}
