/**
 * Command lines to filled-in command objects, by clipanion's state machine. Its `Cli` class is left out: it
 * prints errors to stdout with exit 1, and opens the standard streams when loaded, which every start pays.
 */
import { Command } from 'clipanion';
import { CliBuilder, type CommandBuilder, type RunState } from 'clipanion/lib/core.js';
import type { CommandClass, OtCommand } from './base-command.ts';

interface OptionSpec {
  definition(builder: CommandBuilder<unknown>, key: string): void;
  transformer(builder: CommandBuilder<unknown>, key: string, state: RunState, context: unknown): unknown;
}

export interface ParsedOption {
  /** All spellings, e.g. `['--json']`. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  readonly description: string;
}

/** The parser of one command class. */
export class CommandParser {
  readonly #Class: CommandClass;
  readonly #machine = new CliBuilder<unknown>({ binaryName: 'git ot' });
  readonly #builder: CommandBuilder<unknown>;
  readonly #specs: ReadonlyArray<readonly [key: string, spec: OptionSpec]>;

  constructor(Class: CommandClass) {
    this.#Class = Class;
    this.#builder = this.#machine.command();
    this.#builder.setContext(null);
    for (const path of Class.paths) this.#builder.addPath(path);
    this.#specs = specsOf(new Class());
    for (const [key, spec] of this.#specs) spec.definition(this.#builder, key);
  }

  /** `argv` begins with the command's path. Throws clipanion's syntax errors: see `usage-error.ts`. */
  parse(argv: readonly string[]): OtCommand {
    const state = this.#machine.compile().process([...argv]);
    const command = new this.#Class();
    const values = command as unknown as Record<string, unknown>;
    for (const [key, spec] of this.#specs) values[key] = spec.transformer(this.#builder, key, state, {});
    return command;
  }

  options(): readonly ParsedOption[] {
    return this.#builder.options.map(({ names, arity, description }) => ({
      names,
      takesValue: arity > 0,
      description: description ?? '',
    }));
  }
}

function specsOf(command: OtCommand): Array<readonly [string, OptionSpec]> {
  const found: Array<readonly [string, OptionSpec]> = [];
  for (const [key, value] of Object.entries(command) as Array<[string, unknown]>) {
    if (typeof value === 'object' && value !== null && Command.isOption in value) {
      found.push([key, value as unknown as OptionSpec]);
    }
  }
  return found;
}
