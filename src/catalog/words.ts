/**
 * Words as the index has them. The tokenizer of SQLite cuts at everything that is no letter and no digit, so
 * paths and snake_case fall apart by themselves; what it cannot cut is cut here, alike for texts and queries.
 */

/** Runs without a break longer than this are encoded data: no person types them. */
const LONGEST_WORD = 64;
/** An identifier of more parts than this is encoded data too. */
const MOST_PARTS = 8;

const LONG_RUNS = new RegExp(`(?<![A-Za-z0-9])[A-Za-z0-9]{${LONGEST_WORD + 1},}`, 'g');
const CAMEL_CASE = /(?<![A-Za-z0-9])[A-Za-z0-9]*?[a-z0-9][A-Z][A-Za-z0-9]*/g;
/** Scripts that write words without blanks: each character is a word, and words are phrases. */
const UNSPACED =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/;
const UNSPACED_ALL = new RegExp(UNSPACED, 'g');

/** Whether a character is a word by itself. */
export function isUnspaced(character: string): boolean {
  return UNSPACED.test(character);
}

/** `text` with the parts of camelCase identifiers behind each of them, and unspaced scripts spaced. */
export function indexText(text: string): string {
  const short = text.length > LONGEST_WORD ? text.replace(LONG_RUNS, ' ') : text;
  const split = short.replace(CAMEL_CASE, withParts);
  return UNSPACED.test(split) ? split.replace(UNSPACED_ALL, ' $& ') : split;
}

function withParts(word: string): string {
  const parts = camelParts(word);
  return parts.length > MOST_PARTS ? word : `${word} ${parts.join(' ')}`;
}

/** `parseXMLFile2` is `parse`, `XML`, `File2`; anything else is itself. */
export function camelParts(word: string): string[] {
  return word
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(' ');
}

/** Words of a query text in order, lower case, identifiers in their parts only. */
export function wordsOf(text: string): string[] {
  const spaced = text.replace(UNSPACED_ALL, ' $& ');
  const words = spaced.match(/[\p{L}\p{N}\p{Co}\p{Mn}]+/gu) ?? [];
  return words.flatMap(camelParts).map((word) => word.toLowerCase());
}
