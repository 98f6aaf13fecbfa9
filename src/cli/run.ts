/**
 * One call of the program, from words to exit code. clipanion only parses: its own error path prints to
 * stdout and exits 1, so parse errors are mapped here and everything else in `base-command.ts`.
 */
import type { App } from './app.ts';
import type { OtCommand } from './base-command.ts';
import type { CommandEntry } from './command-entry.ts';
import { deliver, type Outcome, type OutputMode } from './envelope.ts';
import { commandHelp, groupHelp } from './help.ts';
import { CommandParser } from './parser.ts';
import { entriesBelow, type Resolution, resolveCommand } from './resolve.ts';
import { parseError, unknownCommand } from './usage-error.ts';

/** Runs one command line (without `git ot`) and resolves with its exit code. */
export async function runCli(
  argv: readonly string[],
  app: App,
  commands: readonly CommandEntry[],
): Promise<number> {
  const options = beforeDashes(argv);
  const mode = modeOf(options, app);
  const helpWanted = argv[0] === 'help' || options.includes('-h') || options.includes('--help');
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const resolution = resolveCommand(words, commands);
  try {
    if (resolution.kind !== 'command') {
      return deliver(withoutCommand(resolution, helpWanted, commands), app, mode);
    }
    const command = await parse(resolution, app, helpWanted);
    return await ('execute' in command ? command.execute() : deliver(command, app, mode));
  } catch (thrown) {
    return deliver({ thrown }, app, mode);
  }
}

/** True when `--json` stands among the options, also in a call that does not parse, such as `--json=true`. */
export function wantsJson(argv: readonly string[]): boolean {
  return beforeDashes(argv).some((word) => /^--json(?:$|=)/.test(word));
}

async function parse(
  { entry, argv }: Extract<Resolution, { kind: 'command' }>,
  app: App,
  helpWanted: boolean,
): Promise<OtCommand | Outcome> {
  const Class = await entry.load();
  const parser = new CommandParser(Class);
  if (helpWanted) return commandHelp(entry, Class, parser.options());
  try {
    const command = parser.parse(argv);
    command.app = app;
    return command;
  } catch (error) {
    const names = parser.options().flatMap((option) => option.names);
    return { thrown: parseError(error, entry, names, () => parser.missing(argv)) ?? error };
  }
}

function withoutCommand(
  resolution: Exclude<Resolution, { kind: 'command' }>,
  helpWanted: boolean,
  commands: readonly CommandEntry[],
): Outcome {
  if (helpWanted && resolution.kind === 'group' && resolution.rest.length === 0) {
    return groupHelp(resolution.words, entriesBelow(resolution.words, commands));
  }
  return { thrown: unknownCommand(resolution, commands) };
}

function modeOf(options: readonly string[], app: App): OutputMode {
  return {
    json: wantsJson(options),
    quiet: options.includes('--quiet'),
    color: app.io.color && !options.includes('--no-color'),
  };
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}
