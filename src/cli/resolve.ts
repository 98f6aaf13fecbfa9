/** From the words typed to one entry of the command table; loads nothing. */
import type { CommandEntry } from './command-entry.ts';

export type Resolution =
  /** `argv` starts with the command's own path, then options and arguments. */
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly argv: readonly string[] }
  /** The words name a noun, and no verb of it follows. */
  | { readonly kind: 'group'; readonly words: readonly string[]; readonly rest: readonly string[] }
  | { readonly kind: 'unknown'; readonly words: readonly string[] }
  /** An option of no command, or nothing at all, stands where a command was expected. */
  | { readonly kind: 'none'; readonly found: string };

/** Options that may stand before or between the words of a command. */
const ANYWHERE: ReadonlySet<string> = new Set(['--json', '--quiet', '--no-color', '-h', '--help']);

/** The longest path of the table that the typed words begin with wins; `--` and other options end words. */
export function resolveCommand(argv: readonly string[], commands: readonly CommandEntry[]): Resolution {
  const { words, options, end } = leadingWords(argv);
  if (words.length === 0) return { kind: 'none', found: argv[end] ?? argv.at(-1) ?? '' };
  for (let length = words.length; length > 0; length -= 1) {
    const path = words.slice(0, length);
    const entry = commands.find((command) => samePath(command.path, path));
    if (entry !== undefined) {
      return {
        kind: 'command',
        entry,
        argv: [...path, ...options, ...words.slice(length), ...argv.slice(end)],
      };
    }
  }
  return groupOf(words, commands);
}

/** Entries below a noun, or all of them for no words. */
export function entriesBelow(words: readonly string[], commands: readonly CommandEntry[]): CommandEntry[] {
  return commands.filter(({ path }) => words.every((word, index) => path[index] === word));
}

function groupOf(words: readonly string[], commands: readonly CommandEntry[]): Resolution {
  for (let length = words.length; length > 0; length -= 1) {
    const noun = words.slice(0, length);
    if (entriesBelow(noun, commands).length > 0)
      return { kind: 'group', words: noun, rest: words.slice(length) };
  }
  return { kind: 'unknown', words };
}

function leadingWords(argv: readonly string[]): { words: string[]; options: string[]; end: number } {
  const words: string[] = [];
  const options: string[] = [];
  let end = 0;
  for (; end < argv.length; end += 1) {
    const token = argv[end]!;
    if (ANYWHERE.has(token)) options.push(token);
    else if (token.startsWith('-')) break;
    else words.push(token);
  }
  return { words, options, end };
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((word, index) => word === right[index]);
}
