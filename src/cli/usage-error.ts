/** Every way of typing a command wrongly, as an `OtError` with exit code 2 and something to try instead. */
import { OtError } from '../base/errors.ts';
import type { CommandEntry } from './command-entry.ts';
import { entriesBelow, type Resolution } from './resolve.ts';
import { nearest } from './suggest.ts';
import { oneLine } from './views/page.ts';

/** A typed word fit for a message: one short printable line, without credentials of a URL. */
export function quoteWord(word: string): string {
  return `'${oneLine(word.replace(/\/\/[^/@]*@/g, '//'), 60)}'`;
}

/** No command of this name, a noun without a verb, or no words at all. */
export function unknownCommand(
  resolution: Exclude<Resolution, { kind: 'command' }>,
  commands: readonly CommandEntry[],
): OtError {
  if (resolution.kind === 'none') {
    return new OtError(
      'OT_UNKNOWN_OPTION',
      'usage',
      `${quoteWord(resolution.found)} needs a command before it`,
      {
        hint: 'run: git ot -h',
      },
    );
  }
  if (resolution.kind === 'group' && resolution.rest.length === 0) {
    return incompleteCommand(resolution.words, commands);
  }
  const paths = commands.map(({ path }) => path.join(' '));
  const words = resolution.kind === 'group' ? [...resolution.words, ...resolution.rest] : resolution.words;
  const typed = words.slice(0, resolution.kind === 'group' ? resolution.words.length + 1 : 2);
  const guesses = [...new Set([...nearest(typed.join(' '), paths), ...nearest(typed[0] ?? '', paths)])];
  return new OtError('OT_UNKNOWN_COMMAND', 'usage', `there is no command ${quoteWord(typed.join(' '))}`, {
    hint: guesses.length === 0 ? 'run: git ot -h' : `did you mean: ${guesses.map(commandLine).join(', ')}`,
  });
}

/** A value was typed that is the empty text. */
export function emptyValue(name: string): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', `${name} is empty`, {
    hint: 'give a value; an empty one often comes from a variable that is not set',
  });
}

/** Two options that cannot both hold. */
export function contradiction(one: string, other: string): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', `${one} and ${other} exclude each other`, {
    hint: 'give one of them',
  });
}

/**
 * What clipanion threw while parsing, or null when it is no parse error. `missing` names the first argument
 * that the call lacks.
 */
export function parseError(
  error: unknown,
  entry: CommandEntry,
  options: readonly string[],
  missing: () => string | null,
): OtError | null {
  if (!(error instanceof Error) || !('clipanion' in error)) return null;
  const reason = reasonOf(error);
  const help = `run: ${commandLine(entry.path.join(' '))} -h`;
  const quoted = /\("([\s\S]*)"\)\.$/.exec(reason)?.[1] ?? '';
  if (reason.startsWith('Unsupported option') || reason.startsWith('Invalid option')) {
    const typed = quoted.split('=')[0]!;
    if (typed !== quoted && options.includes(typed)) {
      return new OtError('OT_BAD_VALUE', 'usage', `option ${typed} takes no value`, { hint: help });
    }
    const guesses = nearest(typed, options);
    return new OtError('OT_UNKNOWN_OPTION', 'usage', `unknown option ${quoteWord(typed)}`, {
      hint: guesses.length === 0 ? help : `did you mean: ${guesses.join(', ')}`,
    });
  }
  if (reason.startsWith('Extraneous')) {
    return new OtError('OT_EXTRA_ARGUMENT', 'usage', `unexpected argument ${quoteWord(quoted)}`, {
      hint: help,
    });
  }
  return new OtError('OT_MISSING_ARGUMENT', 'usage', missingText(reason, missing()), { hint: help });
}

function incompleteCommand(words: readonly string[], commands: readonly CommandEntry[]): OtError {
  const verbs = entriesBelow(words, commands).map(({ path }) => path.slice(words.length).join(' '));
  const noun = words.join(' ');
  return new OtError('OT_MISSING_ARGUMENT', 'usage', `'${noun}' needs one of: ${verbs.join(', ')}`, {
    hint: `run: ${commandLine(noun)} -h`,
  });
}

function reasonOf(error: Error): string {
  const { candidates } = error as { candidates?: ReadonlyArray<{ reason: string | null }> };
  return candidates?.find(({ reason }) => reason !== null)?.reason ?? '';
}

function missingText(reason: string, argument: string | null): string {
  const option = /^Not enough arguments to option (--?[a-z-]+)\.$/.exec(reason)?.[1];
  if (option !== undefined) return `option ${option} needs a value`;
  return `${argument ?? 'an argument'} is missing`;
}

function commandLine(words: string): string {
  return `git ot ${words}`;
}
