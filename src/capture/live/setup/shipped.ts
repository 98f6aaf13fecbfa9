/**
 * Texts that git-ot installs, from the `hooks/` folder it ships. A text that stands somewhere is ours only when
 * it equals one that was shipped, but for the place of `$OT_HOME/hooks` in it; anything else is left alone.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACE = '@HOOKS@';
/** Longest text that is compared: none that was ever shipped is near it. */
const LONGEST = 32 * 1024;
/** How a place stands in a text that was installed: a word of a shell before a slash, or a JSON string. */
const INSTALLED_PLACE = /'(?:[^'\n]|'\\{1,2}'')*'(?=\/)|(?<=^const HOOKS = )"(?:[^"\\\n]|\\.)*"/m;

/** Text of a shipped file below `hooks/`. */
export function shippedText(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/**
 * True for a text that this version or an older one shipped under this name, with whatever place in it.
 * `shipped.txt` in that folder lists digests of what was shipped, of templates before a place is put in.
 */
export function isShippedText(folder: string, name: string, text: string): boolean {
  if (text.length > LONGEST) return false;
  const place = INSTALLED_PLACE.exec(text)?.[0];
  const forms = place === undefined ? [text] : [text, text.replaceAll(place, PLACE)];
  const known = new Set(shippedText(folder, 'shipped.txt').split('\n'));
  return forms.some((form) =>
    known.has(`${createHash('sha256').update(form, 'utf8').digest('hex')} ${name}`),
  );
}

/** How a template writes the place: as a word of a shell, such a word inside a JSON string, or a JSON string. */
export type PlaceForm = 'shell' | 'shell-in-json' | 'json';

/** A template with the place of the hooks in it. */
export function render(template: string, hooksDir: string, form: PlaceForm = 'shell'): string {
  return template.replaceAll(PLACE, () => placeText(hooksDir, form));
}

/** True when `text` is the template with some one place in it, this machine's or another. */
export function isRendered(template: string, text: string): boolean {
  const pieces = template.split(PLACE);
  const count = pieces.length - 1;
  if (count === 0) return template === text;
  const length = (text.length - pieces.join('').length) / count;
  if (!Number.isInteger(length) || length < 3) return false;
  const start = pieces[0]!.length;
  const place = text.slice(start, start + length);
  return /^['"][^\n]*['"]$/.test(place) && pieces.join(place) === text;
}

function placeText(hooksDir: string, form: PlaceForm): string {
  if (form === 'json') return JSON.stringify(hooksDir);
  return form === 'shell' ? quote(hooksDir) : JSON.stringify(quote(hooksDir)).slice(1, -1);
}

/** As one word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
