/**
 * Texts inside texts: percent encoding, HTML entities and base64 undone for a search, colours of terminals taken out. Texts are in byte form.
 * Each comes with a way back to the offsets of what it was decoded from.
 */
import { findBase64Text } from './base64-text.ts';
import type { Span } from './placeholder.ts';

export interface DecodedText {
  readonly text: string;
  /** The span of the source that holds this span, encodings whole. */
  toSource(span: Span): Span;
}

const PERCENT = /%([0-9A-Fa-f]{2})/g;
const ENTITY = /&(?:#[xX]([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g;
/** Colours and other control sequences of terminals (ECMA-48), also as scripts write them. */
const COLOUR = /(?:\x1b|\\(?:x1[bB]|0?33|e))\[[0-9;?]{0,24}[A-Za-z]/g;
const COLOUR_SIGNS = ['\x1b[', '33[', '1b[', '1B[', '\\e['];
const LETTERS = /[A-Za-z0-9+/_-]+/y;
/** Where base64 goes on in the next line. */
const LINE_BREAK = /\r?\n[ \t]{0,8}(?=[A-Za-z0-9+/_-]{4})/y;

/**
 * Where a line may hold encoded text. Asked for stretches in ascending order, so that the line is looked
 * through once.
 */
export class EncodedPlaces {
  readonly #line: Buffer;
  /** Next places at or after the last question; the line's length when there is none. */
  #percent = -1;
  #entity = -1;
  #base64 = -1;
  #colour = -1;

  constructor(line: Buffer) {
    this.#line = line;
  }

  /** False only when `decodedTexts` gives nothing for these raw bytes. */
  isIn(start: number, end: number): boolean {
    const line = this.#line;
    if (this.#percent < start) this.#percent = nextSign(line, PERCENT_SIGN, start, isBeforeHex);
    if (this.#percent < end) return true;
    if (this.#entity < start) this.#entity = nextSign(line, AMPERSAND, start, isEntityBegin);
    if (this.#entity < end) return true;
    if (this.#colour < start) this.#colour = nextColour(line, start);
    if (this.#colour < end) return true;
    if (this.#base64 < start) {
      const found = findBase64Text(line, start, line.length);
      this.#base64 = found < 0 ? line.length : found;
    }
    return this.#base64 < end;
  }
}

const PERCENT_SIGN = 0x25;
const AMPERSAND = 0x26;

/** Next place of `sign` that fits, or the length of the line. */
function nextSign(
  line: Buffer,
  sign: number,
  start: number,
  fits: (line: Buffer, at: number) => boolean,
): number {
  let at = line.indexOf(sign, start);
  while (at >= 0 && at + 1 < line.length) {
    if (fits(line, at)) return at;
    at = line.indexOf(sign, at + 1);
  }
  return line.length;
}

function isBeforeHex(line: Buffer, at: number): boolean {
  const byte = line[at + 1]!;
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** `#`, and the first letters of the names that are known. */
function isEntityBegin(line: Buffer, at: number): boolean {
  const byte = line[at + 1]!;
  return byte === 0x23 || byte === 0x61 || byte === 0x67 || byte === 0x6c || byte === 0x71;
}

/** Next place where an escape character may be named, or the length of the line. */
function nextColour(line: Buffer, start: number): number {
  const places = COLOUR_SIGNS.map((sign) => line.indexOf(sign, start, 'latin1'));
  return places.reduce((next, at) => (at < 0 ? next : Math.min(next, at)), line.length);
}

/** What `text` holds in encoded form; empty for ordinary text. */
export function decodedTexts(text: string): DecodedText[] {
  const found: DecodedText[] = [];
  if (text.includes('%')) {
    const percent = substituted(text, PERCENT, ([, hex]) => String.fromCharCode(Number.parseInt(hex!, 16)));
    if (percent !== null) found.push(percent);
  }
  if (text.includes('&')) {
    const entities = substituted(text, ENTITY, entityText);
    if (entities !== null) found.push(entities);
  }
  if (COLOUR_SIGNS.some((sign) => text.includes(sign))) {
    const plain = substituted(text, COLOUR, () => '');
    if (plain !== null) found.push(plain);
  }
  return [...found, ...decodedBase64(text)];
}

const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function entityText([whole, hex, decimal, name]: RegExpMatchArray): string {
  if (name !== undefined) return NAMED.get(name)!;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000)
    ? whole
    : Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
}

/** A stretch of the decoded text that was encoded; what lies between two of them stands as it stood. */
interface Piece {
  readonly at: number;
  readonly end: number;
  readonly source: Span;
}

function substituted(
  text: string,
  pattern: RegExp,
  textOf: (match: RegExpMatchArray) => string,
): DecodedText | null {
  const pieces: Piece[] = [];
  const parts: string[] = [];
  let copied = 0;
  let length = 0;
  for (const match of text.matchAll(pattern)) {
    const decoded = textOf(match);
    const at = length + match.index - copied;
    const end = match.index + match[0].length;
    pieces.push({ at, end: at + decoded.length, source: { start: match.index, end } });
    parts.push(text.slice(copied, match.index), decoded);
    length = at + decoded.length;
    copied = end;
  }
  if (pieces.length === 0) return null;
  parts.push(text.slice(copied));
  const toSource = ({ start, end }: Span): Span => ({
    start: sourceOffset(pieces, start, 'down'),
    end: sourceOffset(pieces, end, 'up'),
  });
  return { text: parts.join(''), toSource };
}

function sourceOffset(pieces: readonly Piece[], offset: number, round: 'down' | 'up'): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]!.at < offset || (round === 'down' && pieces[middle]!.at === offset)) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low - 1];
  if (piece === undefined) return offset;
  if (offset >= piece.end) return piece.source.end + offset - piece.end;
  return round === 'down' ? piece.source.start : piece.source.end;
}

function decodedBase64(text: string): DecodedText[] {
  const found: DecodedText[] = [];
  const bytes = Buffer.from(text, 'latin1');
  let searchedTo = 0;
  for (;;) {
    const at = findBase64Text(bytes, searchedTo, bytes.length);
    if (at < 0) return found;
    const stretch = stretchAt(text, firstLetter(text, at, searchedTo));
    searchedTo = stretch.end;
    found.push(decodedStretch(stretch));
  }
}

/** The first of the letters before `at` that is in step with it. */
function firstLetter(text: string, at: number, from: number): number {
  let start = at;
  while (start - 4 >= from && isLetters(text, start - 4)) start -= 4;
  return start;
}

function isLetters(text: string, at: number): boolean {
  LETTERS.lastIndex = at;
  return LETTERS.test(text) && LETTERS.lastIndex >= at + 4;
}

/** Letters of base64 in one or several lines. */
interface Stretch {
  readonly letters: string;
  /** First letter of each line: its number, and its place in the text. */
  readonly lines: readonly { readonly letter: number; readonly place: number }[];
  readonly end: number;
}

function stretchAt(text: string, start: number): Stretch {
  const parts: string[] = [];
  const lines: { letter: number; place: number }[] = [];
  let letter = 0;
  let place = start;
  for (;;) {
    LETTERS.lastIndex = place;
    const part = LETTERS.exec(text)![0];
    parts.push(part);
    lines.push({ letter, place });
    letter += part.length;
    LINE_BREAK.lastIndex = place + part.length;
    if (!LINE_BREAK.test(text)) return { letters: parts.join(''), lines, end: place + part.length };
    place = LINE_BREAK.lastIndex;
  }
}

function decodedStretch({ letters, lines }: Stretch): DecodedText {
  const toSource = ({ start, end }: Span): Span => {
    const last = Math.min(letters.length, Math.ceil((end * 8) / 6)) - 1;
    return { start: placeOf(lines, Math.floor((start * 8) / 6)), end: placeOf(lines, last) + 1 };
  };
  return { text: Buffer.from(letters, 'base64').toString('latin1'), toSource };
}

function placeOf(lines: Stretch['lines'], letter: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lines[middle]!.letter <= letter) low = middle + 1;
    else high = middle;
  }
  const line = lines[low - 1]!;
  return line.place + letter - line.letter;
}
