/** Lock files of package managers, read for names and exact versions. Their texts are whatever a folder holds. */
import { listOf, membersOf } from '../../base/fields.ts';
import { parsedJson } from '../shared/tool-input.ts';

export interface Pin {
  readonly name: string;
  readonly version: string;
}

export interface LockFormat {
  readonly ecosystem: string;
  readonly parse: (text: string) => Pin[];
}

/** By file name. */
export const LOCK_FILES: ReadonlyMap<string, LockFormat> = new Map([
  ['package-lock.json', { ecosystem: 'npm', parse: npmPins }],
  ['npm-shrinkwrap.json', { ecosystem: 'npm', parse: npmPins }],
  ['pnpm-lock.yaml', { ecosystem: 'npm', parse: pnpmPins }],
  ['yarn.lock', { ecosystem: 'npm', parse: yarnPins }],
  ['Cargo.lock', { ecosystem: 'cargo', parse: tomlPins }],
  ['poetry.lock', { ecosystem: 'pypi', parse: tomlPins }],
  ['uv.lock', { ecosystem: 'pypi', parse: tomlPins }],
  ['pdm.lock', { ecosystem: 'pypi', parse: tomlPins }],
  ['Pipfile.lock', { ecosystem: 'pypi', parse: pipfilePins }],
  ['requirements.txt', { ecosystem: 'pypi', parse: requirementPins }],
  ['go.mod', { ecosystem: 'go', parse: goPins }],
  ['Gemfile.lock', { ecosystem: 'gem', parse: gemPins }],
  ['composer.lock', { ecosystem: 'composer', parse: composerPins }],
]);

const LONGEST = 214;

/** A pin when name and version are words of a bearable length. */
function pin(name: unknown, version: unknown): Pin[] {
  if (typeof name !== 'string' || typeof version !== 'string') return [];
  const isWord = (text: string): boolean =>
    text !== '' && text.length <= LONGEST && /^[\x21-\x7e]+$/.test(text);
  return isWord(name) && isWord(version) ? [{ name, version }] : [];
}

/** Versions 2 and 3 name packages by their folder, version 1 by their name, nested. */
function npmPins(text: string): Pin[] {
  const lock = membersOf(parsedJson(text));
  if (lock.packages === undefined) return nestedPins(lock.dependencies, 0);
  return Object.entries(membersOf(lock.packages)).flatMap(([folder, entry]) => {
    const at = folder.lastIndexOf('node_modules/');
    const { name, version, link } = membersOf(entry);
    return at < 0 || link === true ? [] : pin(name ?? folder.slice(at + 'node_modules/'.length), version);
  });
}

function nestedPins(value: unknown, depth: number): Pin[] {
  if (depth > 20) return [];
  return Object.entries(membersOf(value)).flatMap(([name, entry]) => {
    const { version, dependencies } = membersOf(entry);
    return [...pin(name, version), ...nestedPins(dependencies, depth + 1)];
  });
}

/** Keys below `packages:`, such as `/name@1.0.0(peer@2.0.0):`, `'@scope/name@1.0.0':` and `/name/1.0.0:`. */
function pnpmPins(text: string): Pin[] {
  const start = text.search(/^packages:\s*$/m);
  const pins: Pin[] = [];
  for (const line of start < 0 ? [] : text.slice(start).split('\n').slice(1)) {
    if (/^[^\s#]/.test(line)) break;
    const key = /^ {2}(['"]?)\/?((?:@[^@/\s]{1,100}\/)?[^@/\s'"]{1,200})[@/]([^\s('":]{1,200})/.exec(line);
    if (key !== null) pins.push(...pin(key[2], key[3]));
  }
  return pins;
}

/** `"name@range", name@range:` and below it `version "1.0.0"` (classic) or `version: 1.0.0` (berry). */
function yarnPins(text: string): Pin[] {
  const pins: Pin[] = [];
  let name: string | null = null;
  for (const line of text.split('\n')) {
    if (/^[^\s#]/.test(line))
      name = /^"?((?:@[^@/"\s]{1,100}\/)?[^@/"\s]{1,200})@(?!workspace:)/.exec(line)?.[1] ?? null;
    const version = /^ {2}version:? "?([^"\s]{1,200})"?\s*$/.exec(line)?.[1];
    if (version === undefined || name === null) continue;
    pins.push(...pin(name, version));
    name = null;
  }
  return pins;
}

/** `[[package]]` tables with `name = "..."` and `version = "..."`. */
function tomlPins(text: string): Pin[] {
  const pins: Pin[] = [];
  let table: { name?: string; version?: string } | null = null;
  for (const line of [...text.split('\n'), '[end]']) {
    if (line.startsWith('[')) {
      if (table !== null) pins.push(...pin(table.name, table.version));
      table = line.trim() === '[[package]]' ? {} : null;
    }
    const field = /^(name|version) = "([^"]{1,300})"/.exec(line);
    if (field !== null && table !== null) table[field[1] as 'name' | 'version'] = field[2]!;
  }
  return pins;
}

function pipfilePins(text: string): Pin[] {
  const lock = membersOf(parsedJson(text));
  return ['default', 'develop'].flatMap((group) =>
    Object.entries(membersOf(lock[group])).flatMap(([name, entry]) => {
      const { version } = membersOf(entry);
      return typeof version === 'string' ? pin(name, version.replace(/^==/, '')) : [];
    }),
  );
}

/** Only exact pins: a range is no version. */
function requirementPins(text: string): Pin[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([A-Za-z0-9][\w.-]{0,200})(?:\[[^\]]{0,200}\])? ?== ?([\w.!+-]{1,100})(?=\s|;|\\|$)/.exec(
      line,
    );
    return found === null ? [] : pin(found[1], found[2]);
  });
}

/** Lines of `require`, in blocks or alone: go.mod holds the exact versions that are used. */
function goPins(text: string): Pin[] {
  return text.split('\n').flatMap((line) => {
    const found = /^(?:\t|require )([^\s(]{1,200}) (v[^\s]{1,100})(?:\s*\/\/.{0,200})?\s*$/.exec(line);
    return found === null ? [] : pin(found[1], found[2]);
  });
}

/** Four blanks under `specs:`. */
function gemPins(text: string): Pin[] {
  return text.split('\n').flatMap((line) => {
    const found = /^ {4}([\w.-]{1,200}) \(([^)\s]{1,100})\)\s*$/.exec(line);
    return found === null ? [] : pin(found[1], found[2]);
  });
}

function composerPins(text: string): Pin[] {
  const lock = membersOf(parsedJson(text));
  return [...listOf(lock.packages), ...listOf(lock['packages-dev'])].flatMap((entry) => {
    const { name, version } = membersOf(entry);
    return pin(name, version);
  });
}
