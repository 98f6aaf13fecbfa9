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
