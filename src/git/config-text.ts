/** Reads the text of a git config file without a process, as far as git's own writing of it goes: no includes. */

export interface ConfigEntry {
  /** Section and name in lower case, a subsection as it is: `remote.Origin.url`. */
  readonly name: string;
  /** `true` for a name alone, as git takes it. */
  readonly value: string;
}

const HEADING = /^\s*\[\s*([A-Za-z0-9.-]{1,200})\s*(?:"((?:[^"\\]|\\.){0,1000})"\s*)?\](.*)$/;
const NAME = /^\s*([A-Za-z][A-Za-z0-9-]{0,200})\s*(?:=(.*))?$/;

/** Every setting in file order. A line that is none is passed over. */
export function parseConfig(text: string): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  let section = '';
  for (const line of joinedLines(text)) {
    const heading = HEADING.exec(line);
    if (heading !== null) section = sectionName(heading[1]!, heading[2]);
    const match = NAME.exec(heading?.[3] ?? line);
    if (match === null) continue;
    const value = match[2] === undefined ? 'true' : plainValue(match[2]);
    entries.push({ name: `${section}.${match[1]!.toLowerCase()}`, value });
  }
  return entries;
}

function sectionName(name: string, subsection: string | undefined): string {
  const section = name.toLowerCase();
  return subsection === undefined ? section : `${section}.${subsection.replace(/\\(.)/g, '$1')}`;
}

/** Lines with those that a backslash continues; a comment has no such. */
function* joinedLines(text: string): Generator<string> {
  let open = '';
  for (const line of text.split(/\r?\n/)) {
    const whole = open + line;
    const goesOn = !/^\s*[#;]/.test(whole) && /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    open = goesOn ? whole.slice(0, -1) : '';
    if (!goesOn) yield whole;
  }
  if (open !== '') yield open;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
]);

/** The value without quotes, escapes, a comment, and blanks around it. */
function plainValue(raw: string): string {
  let value = '';
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at]!;
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '#' || char === ';')) break;
    else if (char === '\\') {
      at += 1;
      value += ESCAPES.get(raw[at] ?? '') ?? raw[at] ?? '';
    } else if (quoted || value !== '' || !/\s/.test(char)) value += char;
    if (quoted || !/\s/.test(char)) kept = value.length;
  }
  return value.slice(0, kept);
}
