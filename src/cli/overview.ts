/** What `git ot` prints when asked for nothing in particular. Loaded on every start: imports the table only. */
import type { CommandEntry } from './command-entry.ts';

/** Options that every command takes. */
export const GLOBAL_OPTIONS: ReadonlyArray<readonly [name: string, meaning: string]> = [
  ['--json', 'print exactly one JSON document on stdout'],
  ['--quiet', 'print no progress, notes or next steps'],
  ['--no-color', 'print no colours (also: NO_COLOR)'],
  ['-h, --help', 'explain the command'],
];

/** Overview as text; ends in a newline. */
export function overviewText(version: string, commands: readonly CommandEntry[]): string {
  const rows = commands.map((command): readonly [string, string] => [
    command.path.join(' '),
    command.summary,
  ]);
  const width = Math.max(...[...rows, ...GLOBAL_OPTIONS].map(([name]) => name.length));
  const lines = (table: ReadonlyArray<readonly [string, string]>): string =>
    table.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}\n`).join('');
  return (
    `git ot ${version}: the evidence of coding-agent work, kept as git objects\n\n` +
    `usage: git ot <command> [options]\n\n${lines(rows)}\noptions of every command:\n${lines(GLOBAL_OPTIONS)}\n` +
    `'git ot <command> -h' explains a command; 'git ot --help' opens the manual.\n`
  );
}

/** Overview as the payload of a `--json` reply. */
export function overviewData(version: string, commands: readonly CommandEntry[]): object {
  return {
    version,
    commands: commands.map(({ path, summary }) => ({ command: path.join(' '), summary })),
  };
}

/** The document `--json` prints for a success; the same shape as `envelope.ts` gives, without loading it. */
export function okDocument(schema: string, payload: object): string {
  return `${JSON.stringify({ status: 'ok', schema_version: schema, ...payload, next_steps: [] })}\n`;
}
