/** The life of the process around one call: signals, and endings no command can see. */
import { writeSync } from 'node:fs';
import { type App, processApp } from './app.ts';
import type { CommandEntry } from './command-entry.ts';
import { documentOf, ERROR_SCHEMA, errorText, INTERNAL_EXIT, serialize } from './envelope.ts';
import type { Write } from './output.ts';
import { runCli, wantsJson } from './run.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What the entry has loaded already. */
export interface ProcessParts {
  readonly commands: readonly CommandEntry[];
  readonly write: Write;
}

/** Runs the command line of this process; resolves with its exit code. */
export async function runProcess(argv: readonly string[], parts: ProcessParts): Promise<number> {
  const app = processApp(parts.write);
  const ending = new Ending(app, wantsJson(argv));
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.once(name, () => ending.bySignal(name, code));
  }
  process.once('uncaughtException', (error) => ending.byBug(error));
  process.once('beforeExit', () => ending.byExit());
  const code = await runCli(argv, app, parts.commands);
  ending.expected = true;
  return code;
}

/** Keeps "exactly one JSON document" true when the process ends before its command does. */
class Ending {
  expected = false;
  readonly #json: boolean;
  #answered = false;

  constructor({ io }: App, json: boolean) {
    this.#json = json;
    const write = io.out;
    io.out = (chunk) => {
      this.#answered = true;
      return write(chunk);
    };
  }

  /** At once: refs move in transactions, and a lock is void when its holder is gone. */
  bySignal(name: string, code: number): never {
    this.expected = true;
    const error = { code: 'OT_INTERRUPTED', kind: 'interrupted', message: `ended by ${name}`, hint: null };
    const document = { status: 'error', schema_version: ERROR_SCHEMA, error: { ...error, retryable: true } };
    this.#tell({ ...document, next_steps: [] }, '');
    process.exit(code);
  }

  byBug(thrown: unknown): never {
    this.expected = true;
    this.#tell(documentOf({ thrown }), errorText(thrown));
    process.exit(INTERNAL_EXIT);
  }

  /** Nothing was left to wait for, yet the command has not settled: that must not look like success. */
  byExit(): void {
    if (this.expected) return;
    const thrown = new Error('the event loop ran dry');
    this.#tell(documentOf({ thrown }), errorText(thrown));
    process.exitCode = INTERNAL_EXIT;
  }

  #tell(document: object, text: string): void {
    if (this.#json && !this.#answered) writeSync(1, serialize(document, false));
    else if (!this.#json) writeSync(2, text);
  }
}
