/**
 * Command lines to filled-in command objects, by clipanion's state machine. Its `Cli` class is left out: it
 * prints errors to stdout with exit 1, and opens the standard streams when loaded, which every start pays.
 */
import { Command } from 'clipanion';
import { CliBuilder, type CommandBuilder, type RunState } from 'clipanion/lib/core.js';
import type { CommandClass, OtCommand } from './base-command.ts';
import { contradiction, emptyValue } from './usage-error.ts';

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

  /**
   * `argv` begins with the command's path. Throws clipanion's syntax errors, see `usage-error.ts`, and
   * `OT_BAD_VALUE` (exit 2) on an empty value, since a variable that is not set must not mean something, and on
   * a flag that is both set and unset.
   */
  parse(argv: readonly string[]): OtCommand {
    const state = this.#machine.compile().process(this.#boundNumbers(argv));
    this.#refuseEmpty(state);
    refuseContradiction(state);
    const command = new this.#Class();
    const values = command as unknown as Record<string, unknown>;
    for (const [key, spec] of this.#specs) values[key] = spec.transformer(this.#builder, key, state, {});
    return command;
  }

  /** The first argument or option that a call lacks; null when it lacks none. */
  missing(argv: readonly string[]): string | null {
    const names = [...this.#builder.arity.leading, ...this.#builder.arity.trailing];
    const words = this.#Class.paths[0]!.length;
    const required = this.#builder.options.filter((option) => option.required);
    const given = required.flatMap(({ names: [name] }) => [name!, 'x']);
    for (let lacking = 0; lacking <= names.length; lacking += 1) {
      const filled = Array.from({ length: lacking }, () => 'x');
      if (!this.#parses([...argv.slice(0, words), ...given, ...argv.slice(words), ...filled])) continue;
      return names[names.length - lacking] ?? required[0]?.names.at(-1) ?? null;
    }
    return null;
  }

  options(): readonly ParsedOption[] {
    return this.#builder.options.map(({ names, arity, description }) => ({
      names,
      takesValue: arity > 0,
      description: description ?? '',
    }));
  }

  #parses(argv: readonly string[]): boolean {
    try {
      this.#machine.compile().process([...argv]);
      return true;
    } catch {
      return false;
    }
  }

  /** `--limit -1` as `--limit=-1`: a negative number behind an option is its value, and no option. */
  #boundNumbers(argv: readonly string[]): string[] {
    const takesValue = (token: string): boolean =>
      this.#builder.options.some(({ names, arity }) => arity === 1 && names.includes(token));
    const bound: string[] = [];
    let ended = false;
    for (const token of argv) {
      ended ||= token === '--';
      const option = bound.at(-1) ?? '';
      if (!ended && /^-\d/.test(token) && takesValue(option)) bound[bound.length - 1] = `${option}=${token}`;
      else bound.push(token);
    }
    return bound;
  }

  #refuseEmpty({ options, positionals }: RunState): void {
    const option = options.find(({ value }) => value === '');
    if (option !== undefined) throw emptyValue(option.name);
    positionals.forEach(({ value }, index) => {
      const name = this.#argumentName(index);
      if (value === '' && this.#Class.mayBeEmpty !== name) throw emptyValue(name);
    });
  }

  #argumentName(index: number): string {
    const { leading, extra } = this.#builder.arity;
    const names = [...leading, ...(Array.isArray(extra) ? extra : [])];
    return names[index] ?? /([A-Z]+)\.\.\./.exec(this.#Class.synopsis)?.[1] ?? 'an argument';
  }
}

/** `--success --no-success`: the last word of two that contradict each other is no answer. */
function refuseContradiction({ options }: RunState): void {
  for (const { name, value } of options) {
    if (value === true && options.some((other) => other.name === name && other.value === false)) {
      throw contradiction(name, name.replace('--', '--no-'));
    }
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
