/**
 * JSON string escapes over texts in byte form. Decoding is lenient: a backslash that begins no escape
 * stands for itself, so that program text and half a string can be looked at too.
 */

const BACKSLASH = 0x5c;
/** What the character after a backslash stands for; 0 when it is no one-letter escape. */
const SIMPLE = new Uint8Array(256);
for (const [letter, byte] of Object.entries({
  '"': 0x22,
  '\\': 0x5c,
  '/': 0x2f,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
})) {
  SIMPLE[letter.charCodeAt(0)] = byte;
}

/** Reused for all but the longest texts. */
const SHARED = Buffer.alloc(1024 * 1024);

/** The text with one level of escapes decoded; `text` itself when it holds no backslash. */
export function unescapeJson(text: string): string {
  let from = text.indexOf('\\');
  if (from < 0) return text;
  const target = text.length <= SHARED.length ? SHARED : Buffer.allocUnsafe(text.length);
  let out = target.write(text.slice(0, from), 'latin1');
  while (from < text.length) {
    const code = text.charCodeAt(from);
    if (code === BACKSLASH) {
      const next = SIMPLE[text.charCodeAt(from + 1) & 0xff]!;
      if (next === 0) {
        const unit = unicodeEscape(text, from);
        out = writeUtf8(target, unit === null ? BACKSLASH : unit.codePoint, out);
        from += unit === null ? 1 : unit.length;
      } else {
        target[out++] = next;
        from += 2;
      }
    } else {
      target[out++] = code;
      from += 1;
    }
  }
  return target.toString('latin1', 0, out);
}

interface UnicodeEscape {
  readonly codePoint: number;
  /** Characters of the escape: 6, or 12 for a surrogate pair. */
  readonly length: number;
}

function unicodeEscape(text: string, at: number): UnicodeEscape | null {
  const high = hexUnit(text, at);
  if (high < 0) return null;
  if (high >= 0xd800 && high < 0xdc00) {
    const low = hexUnit(text, at + 6);
    if (low >= 0xdc00 && low < 0xe000) {
      return { codePoint: 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), length: 12 };
    }
  }
  return { codePoint: high, length: 6 };
}

/** Code unit of `\uXXXX` at `at`, or -1. */
function hexUnit(text: string, at: number): number {
  if (text.charCodeAt(at) !== BACKSLASH || text.charCodeAt(at + 1) !== 0x75) return -1;
  let value = 0;
  for (let i = at + 2; i < at + 6; i += 1) {
    const digit = hexDigit(text.charCodeAt(i));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** UTF-8 length; a lone surrogate takes three bytes like any other unit of its range. */
function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Writes one code point and returns the offset after it. */
function writeUtf8(target: Buffer, codePoint: number, at: number): number {
  const length = utf8Length(codePoint);
  if (length === 1) {
    target[at] = codePoint;
    return at + 1;
  }
  for (let i = length - 1, rest = codePoint; i > 0; i -= 1, rest >>= 6) target[at + i] = 0x80 | (rest & 0x3f);
  target[at] = ((0xf00 >> length) & 0xff) | (codePoint >> (6 * (length - 1)));
  return at + length;
}

/** One escape: its place and length in the text, and its length when decoded. */
interface Escape {
  readonly at: number;
  readonly length: number;
  readonly width: number;
}

/** First escape, or backslash that begins none, at or after `from`. */
function nextEscape(text: string, from: number): Escape | null {
  const at = text.indexOf('\\', from);
  if (at < 0) return null;
  if (SIMPLE[text.charCodeAt(at + 1) & 0xff] !== 0) return { at, length: 2, width: 1 };
  const unit = unicodeEscape(text, at);
  return unit === null
    ? { at, length: 1, width: 1 }
    : { at, length: unit.length, width: utf8Length(unit.codePoint) };
}

/** Escapes between two marks of an {@link EscapeMap}. */
const MARK_EVERY = 128;

/** Translates offsets of `unescapeJson(text)` back into offsets of `text`. */
export class EscapeMap {
  readonly #text: string;
  /** Offsets just after every {@link MARK_EVERY}th escape, decoded and raw; the walk goes on from there. */
  readonly #decoded: number[] = [0];
  readonly #raw: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    let shrink = 0;
    let count = 0;
    for (let found = nextEscape(text, 0); found !== null; found = nextEscape(text, found.at + found.length)) {
      shrink += found.length - found.width;
      count += 1;
      if (count % MARK_EVERY !== 0) continue;
      this.#decoded.push(found.at + found.length - shrink);
      this.#raw.push(found.at + found.length);
    }
  }

  /** Offset in `text` of the decoded offset; inside an escape, that of its begin, or of its end. */
  toRaw(offset: number, round: 'down' | 'up'): number {
    const mark = this.#lastMarkBefore(offset);
    let raw = this.#raw[mark]!;
    let rest = offset - this.#decoded[mark]!;
    for (let found = nextEscape(this.#text, raw); found !== null; found = nextEscape(this.#text, raw)) {
      const plain = found.at - raw;
      if (rest <= plain) break;
      if (rest < plain + found.width) return round === 'down' ? found.at : found.at + found.length;
      rest -= plain + found.width;
      raw = found.at + found.length;
    }
    return raw + rest;
  }

  #lastMarkBefore(offset: number): number {
    let low = 0;
    let high = this.#decoded.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#decoded[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
