/** Help of one command or one noun, from the classes and the table. */
import type { CommandClass } from './base-command.ts';
import type { CommandEntry } from './command-entry.ts';
import type { Reply } from './envelope.ts';
import type { ParsedOption } from './parser.ts';
import { fields, type Page, paint } from './views/page.ts';

export interface CommandHelp {
  readonly command: string;
  readonly summary: string;
  readonly usage: string;
  readonly details: string;
  readonly options: ReadonlyArray<{ readonly option: string; readonly meaning: string }>;
  readonly examples: ReadonlyArray<{ readonly meaning: string; readonly command: string }>;
}

/** Help of one command. */
export function commandHelp(
  entry: CommandEntry,
  Class: CommandClass,
  options: readonly ParsedOption[],
): Reply {
  const command = `git ot ${entry.path.join(' ')}`;
  const help: CommandHelp = {
    command,
    summary: entry.summary,
    usage: [command, Class.synopsis].filter((part) => part !== '').join(' '),
    details: (Class.usage.details ?? '').trim(),
    options: [
      ...options.map((option) => ({
        option: optionText(option, Class.synopsis),
        meaning: option.description,
      })),
      { option: '-h, --help', meaning: 'show this help' },
    ],
    examples: (Class.usage.examples ?? []).map(([meaning, example]) => ({ meaning, command: example })),
  };
  return { schema: 'opentraces.cli.help.v1', data: { help }, text: (page) => commandText(page, help) };
}

/** Help of a noun: its verbs. */
export function groupHelp(words: readonly string[], entries: readonly CommandEntry[]): Reply {
  const commands = entries.map(({ path, summary }) => ({ command: `git ot ${path.join(' ')}`, summary }));
  return {
    schema: 'opentraces.cli.help.v1',
    data: { help: { command: `git ot ${words.join(' ')}`, commands } },
    text: (page) =>
      fields(
        page,
        commands.map(({ command, summary }) => [command, summary]),
      ),
  };
}

function commandText(page: Page, help: CommandHelp): string {
  const parts = [`usage: ${help.usage}\n`, `${help.summary}\n`];
  if (help.details !== '') parts.push(`${help.details}\n`);
  const options = help.options.map(({ option, meaning }): readonly [string, string] => [
    `  ${option}`,
    meaning,
  ]);
  parts.push(`${paint(page, 'bold', 'options')}\n${fields(page, options)}`);
  if (help.examples.length > 0) {
    const lines = help.examples.map(({ meaning, command }) => `  ${command}\n      ${meaning}\n`);
    parts.push(`${paint(page, 'bold', 'examples')}\n${lines.join('')}`);
  }
  return parts.join('\n');
}

/** `--since TIME`: the value's name is the one the synopsis uses. */
function optionText({ names, takesValue }: ParsedOption, synopsis: string): string {
  const text = names.join(', ');
  if (!takesValue) return text;
  const words = synopsis.split(/[\s[\]|]+/);
  return `${text} ${words[words.indexOf(names.at(-1)!) + 1] ?? 'VALUE'}`;
}
