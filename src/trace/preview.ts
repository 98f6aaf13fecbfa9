const PREVIEW = 160;

/** The beginning of a text on one line, never ending in half a character. */
export function preview(text: string, length: number = PREVIEW): string {
  const flat = text
    .slice(0, length * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (flat.length <= length) return flat.toWellFormed();
  return flat
    .slice(0, length)
    .toWellFormed()
    .replace(/\ufffd$/, '');
}

/** Where a part of `text` may begin without cutting a word: at `from`, or behind the first blank up to `to`. */
export function afterBlank(text: string, from: number, to: number): number {
  if (from <= 0) return 0;
  const blank = text.slice(from - 1, to).search(/\s/);
  return blank < 0 ? from : from + blank;
}

/** Where a part of `text` may end without cutting a word: at `to`, or before the last blank behind `from`. */
export function beforeBlank(text: string, to: number, from: number): number {
  if (to >= text.length) return text.length;
  const blanks = [...text.slice(from, to + 1).matchAll(/\s/g)];
  const last = blanks.at(-1);
  return last === undefined ? to : from + last.index;
}
