/**
 * Texts that git-ot installs, from the `hooks/` folder it ships. A text that stands somewhere is ours only when
 * it equals one that was shipped, but for the place of `$OT_HOME/hooks` in it; anything else is left alone.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACE = '@HOOKS@';

/** Text of a shipped file below `hooks/`. */
export function shippedText(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** A template with the quoted place of the hooks in it. */
export function render(template: string, hooksDir: string): string {
  return template.replaceAll(PLACE, () => quote(hooksDir));
}

/** True when `text` is the template with some one place in it, this machine's or another. */
export function isRendered(template: string, text: string): boolean {
  const at = template.indexOf(PLACE);
  if (at < 0) return template === text;
  if (!text.startsWith(template.slice(0, at))) return false;
  const place = quotedAt(text, at);
  return place !== null && template.replaceAll(PLACE, () => place) === text;
}

/** As one word of a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The word that {@link quote} made at this place, or null. */
function quotedAt(text: string, start: number): string | null {
  if (text[start] !== "'") return null;
  let end = text.indexOf("'", start + 1);
  while (end >= 0 && text.startsWith(`'\\''`, end)) end = text.indexOf("'", end + 4);
  return end < 0 ? null : text.slice(start, end + 1);
}
