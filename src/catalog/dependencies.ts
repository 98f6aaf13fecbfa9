/** Packages that a command line installs, by the names of their registries. */
import { effectiveCommand } from '../record/command-family.ts';
import { simpleCommands } from '../record/shell-command.ts';

/** Program to the subcommands after which package names stand. */
const INSTALLERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['npm', new Set(['install', 'i', 'add'])],
  ['pnpm', new Set(['add', 'install', 'i'])],
  ['yarn', new Set(['add'])],
  ['bun', new Set(['add', 'install', 'i'])],
  ['pip', new Set(['install'])],
  ['pip3', new Set(['install'])],
  ['uv', new Set(['add', 'install'])],
  ['poetry', new Set(['add'])],
  ['cargo', new Set(['add'])],
  ['go', new Set(['get'])],
  ['gem', new Set(['install'])],
  ['composer', new Set(['require'])],
  ['dotnet', new Set(['package'])],
]);
/** Options that take the next word. */
const TAKE_A_WORD: ReadonlySet<string> = new Set([
  '-r',
  '--requirement',
  '-c',
  '--constraint',
  '-e',
  '--editable',
  '-i',
  '--index-url',
  '--extra-index-url',
  '--registry',
  '--prefix',
  '-t',
  '--target',
  '--features',
  '-F',
  '--group',
  '-w',
  '--workspace',
  '--filter',
]);
const MOST = 50;

export interface Installed {
  readonly name: string;
  /** The one version that was asked for; null for none, and for a range. */
  readonly version: string | null;
}

/** In order, each once; at most 50. */
export function dependenciesIn(command: string): Installed[] {
  const found = simpleCommands(command).flatMap((words) => installed(effectiveCommand(words)));
  return [...new Map(found.map((each) => [`${each.name} ${each.version}`, each])).values()].slice(0, MOST);
}

function installed(words: readonly string[]): Installed[] {
  const [program = '', ...rest] =
    /^python[\d.]*$/.test(words[0] ?? '') && words[1] === '-m' ? words.slice(2) : words;
  const verbs = INSTALLERS.get(program);
  const at = verbs === undefined ? -1 : rest.findIndex((word) => verbs.has(word));
  if (at < 0 || at > 2) return [];
  return packageWords(rest.slice(at + 1)).flatMap((word) => packageOf(word) ?? []);
}

function packageWords(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (/^(?:\d?|&)>>?$/.test(word)) at += 1;
    else if (word.startsWith('-')) at += TAKE_A_WORD.has(word) ? 1 : 0;
    else kept.push(word);
  }
  return kept;
}

/** `@scope/name@1.2` is `@scope/name`; `name[extra]>=2` is `name`; a path or an address is none. */
function packageOf(word: string): Installed | null {
  if (word === 'add' || /^(?:\.|\/|~|[a-z+]{2,8}:)/i.test(word) || /[<>|*$`]$|^\d*>/.test(word)) return null;
  const match = /^(@?[A-Za-z0-9][\w.-]{0,100}(?:\/[\w./-]{1,150})?)([@[=<>~!].{0,100})?$/.exec(word);
  if (match === null) return null;
  const version = /^(?:@|==)v?(\d[\w.+-]{0,80})$/.exec(match[2] ?? '')?.[1] ?? null;
  return { name: match[1]!, version };
}
