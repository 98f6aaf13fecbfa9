/**
 * Lines that a formatter changed: the same words and signs in another form. White space, quotes, semicolons, commas
 * before a closing bracket, brackets around the only parameter of an arrow, and where lines end tell nothing.
 */
import { diffLines } from './diff.ts';
import type { Alignments, Lines } from './line-owners.ts';
import { type LineTable, NOBODY, type Owned } from './lines.ts';
import { editOf, ownerOf } from './owner.ts';

/** Longest side of a change that is looked at. */
const MOST_LINES = 400;
/** Letters and digits that a change needs to be told by its words, and a line in a change that is more than a form. */
const FEWEST_LETTERS = 8;
const FEWEST_WORDS = 4;
const FEWEST_IN_RUN = 6;

/** Gives lines that nobody owns, and `from` has in another form, to their owners there. */
export function keepFormatted({ table }: Alignments, from: Owned, ids: Int32Array, lines: Lines): void {
  const isOpen = (at: number): boolean => lines.owners[at] === NOBODY && lines.added[at] === 1;
  if (!ids.some((_, at) => isOpen(at)) || !from.owners.some((owner) => owner > 0)) return;
  for (const { a0, a1, b0, b1 } of diffLines(from.ids, ids)) {
    if (a0 === a1 || b0 === b1 || a1 - a0 > MOST_LINES || b1 - b0 > MOST_LINES) continue;
    if (!from.owners.subarray(a0, a1).some((owner) => owner > 0)) continue;
    const before = wordsOf(table, from.ids.subarray(a0, a1));
    const after = wordsOf(table, ids.subarray(b0, b1));
    const places = lossless(before, after, matched(before, after));
    for (let line = 0; line < b1 - b0; line += 1) {
      if (!isOpen(b0 + line)) continue;
      const owner = ownerAt(after, line, places, (word) => from.owners[a0 + before.lines[word]!]!);
      if (owner > 0) lines.owners[b0 + line] = ownerOf(editOf(owner), 'structural');
    }
  }
}

/** Words and signs of some lines, and the line that each of them stands on. */
interface Words {
  readonly texts: readonly string[];
  readonly lines: readonly number[];
}

/** An empty text is a word of its own: the quotes of others tell nothing. */
const WORD = /""|''|[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu;
const FORM = new Set(['"', "'", ';']);
const CLOSING = new Set([')', ']', '}']);

function wordsOf(table: LineTable, ids: Int32Array): Words {
  const texts: string[] = [];
  const lines: number[] = [];
  const drop = (at: number): void => {
    texts.splice(at, 1);
    lines.splice(at, 1);
  };
  for (const [line, id] of ids.entries()) {
    for (const [found] of table.text(id).matchAll(WORD)) {
      const text = found === "''" ? '""' : found;
      if (FORM.has(text)) continue;
      if (CLOSING.has(text) && texts.at(-1) === ',') drop(texts.length - 1);
      texts.push(text);
      lines.push(line);
      if (isBareArrow(texts)) {
        drop(texts.length - 3);
        drop(texts.length - 4);
      }
    }
  }
  return { texts, lines };
}

/** `(name) =>`, which some write without brackets. */
function isBareArrow(texts: readonly string[]): boolean {
  const [open, name = '', close, equals, arrow] = texts.slice(-5);
  return open === '(' && close === ')' && equals === '=' && arrow === '>' && /[\p{L}_$]/u.test(name);
}

/** For each word behind the change its place before it; -1 for none. */
function matched(before: Words, after: Words): Int32Array {
  const places = new Int32Array(after.texts.length).fill(-1);
  if (
    before.texts.length === after.texts.length &&
    before.texts.every((text, at) => text === after.texts[at])
  ) {
    const letters = after.texts.filter(isWord).join('').length;
    return letters < FEWEST_LETTERS ? places : places.map((_, at) => at);
  }
  for (const [from, to] of [...linesIn(after), ...commonRuns(before, after)]) {
    const wanted = after.texts.slice(from, to);
    if (wanted.filter(isWord).length < FEWEST_WORDS || onlyPlace(after.texts, wanted) < 0) continue;
    const at = onlyPlace(before.texts, wanted);
    for (let by = 0; at >= 0 && by < wanted.length; by += 1)
      if (places[from + by]! < 0) places[from + by] = at + by;
  }
  return inOrder(places) ? places : places.fill(-1);
}

/** Without the words of lines that lost one: whoever took it away has written the line. */
function lossless(before: Words, after: Words, places: Int32Array): Int32Array {
  const kept = new Set(places);
  const poorer = new Set(
    before.lines.filter((_, word) => !kept.has(word) && !isClosing(before.texts[word]!)),
  );
  const changed = new Set(
    after.lines.filter((_, word) => places[word]! >= 0 && poorer.has(before.lines[places[word]!]!)),
  );
  return places.map((place, word) => (changed.has(after.lines[word]!) ? -1 : place));
}

function isClosing(text: string): boolean {
  return CLOSING.has(text) || text === ',';
}

/** Runs that both have, from word to word, with enough of them to be told from others; over several lines. */
function commonRuns(before: Words, after: Words): Array<[number, number]> {
  const numbers = new Map<string, number>();
  const idsOf = ({ texts }: Words): Int32Array =>
    Int32Array.from(texts, (text) => {
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text)!;
    });
  const hunks = diffLines(idsOf(before), idsOf(after));
  const ends = [...hunks.map(({ b0 }) => b0), after.texts.length];
  const runs = ends.map((end, at): [number, number] => [at === 0 ? 0 : hunks[at - 1]!.b1, end]);
  for (const run of runs) {
    while (run[0] < run[1] && !isWord(after.texts[run[0]]!)) run[0] += 1;
    while (run[0] < run[1] && !isWord(after.texts[run[1] - 1]!)) run[1] -= 1;
  }
  return runs.filter(([from, to]) => after.texts.slice(from, to).filter(isWord).length >= FEWEST_IN_RUN);
}

function isWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** First and last word of each line, the last one exclusive. */
function linesIn({ lines }: Words): Array<[number, number]> {
  const found: Array<[number, number]> = [];
  for (let at = 0; at < lines.length; at += 1) {
    const last = found.at(-1);
    if (last !== undefined && lines[last[0]] === lines[at]) last[1] = at + 1;
    else found.push([at, at + 1]);
  }
  return found;
}

/** Where a run of words stands; -1 when it does not, or in several places. */
function onlyPlace(texts: readonly string[], wanted: readonly string[]): number {
  let found = -1;
  for (let at = texts.indexOf(wanted[0]!); at >= 0; at = texts.indexOf(wanted[0]!, at + 1)) {
    if (!wanted.every((text, by) => texts[at + by] === text)) continue;
    if (found >= 0) return -1;
    found = at;
  }
  return found;
}

/** A formatter moves nothing. */
function inOrder(places: Int32Array): boolean {
  let last = -1;
  for (const place of places) {
    if (place >= 0 && place <= last) return false;
    last = Math.max(last, place);
  }
  return true;
}

/** The one owner of all words of a line, whatever closes it; {@link NOBODY} where one has another or none. */
function ownerAt(
  { texts, lines }: Words,
  line: number,
  places: Int32Array,
  ownerOfWord: (place: number) => number,
): number {
  let owner: number | null = null;
  for (let at = lines.indexOf(line); at >= 0 && lines[at] === line; at += 1) {
    if (places[at]! < 0 && isClosing(texts[at]!)) continue;
    const each = places[at]! < 0 ? NOBODY : ownerOfWord(places[at]!);
    if (owner !== null && owner !== each) return NOBODY;
    owner = each;
  }
  return owner ?? NOBODY;
}
