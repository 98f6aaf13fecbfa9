/** Replies that need neither the framework nor a bucket. Loaded on every start: imports the table only. */
import { VERSION } from './build-info.ts';
import { COMMANDS } from './commands.ts';
import { okDocument, overviewData, overviewText } from './overview.ts';

const ANSWER_OPTIONS: ReadonlySet<string> = new Set(['--json', '--quiet', '--no-color']);

/** The reply to a call that names no command, or null when the framework has to look at it. */
export function quickAnswer(argv: readonly string[]): string | null {
  const words = argv.filter((word) => !ANSWER_OPTIONS.has(word));
  if (words.length > 1) return null;
  const json = argv.includes('--json');
  switch (words[0]) {
    case '--version':
    case '-V':
    case 'version':
      if (json) return okDocument('opentraces.cli.version.v1', { version: VERSION });
      return `git-ot ${VERSION}\n`;
    case undefined:
    case '--help':
    case '-h':
    case 'help':
      if (json) return okDocument('opentraces.cli.overview.v1', overviewData(VERSION, COMMANDS));
      return overviewText(VERSION, COMMANDS);
    default:
      return null;
  }
}
