/**
 * Finds many literals in one pass: a table over the last three characters, folded to 32 classes so that it
 * stays in the processor's nearest cache, says where to look closer. The cost does not depend on how many
 * literals there are.
 */

/** Stands for any digit in a literal; no text in byte form holds it. */
export const ANY_DIGIT = '\u2460';
const DIGIT = ANY_DIGIT.charCodeAt(0);

/** Folded class of every byte: a letter without case, a digit, a kind of separator; the rest is 0. */
const CLASS = buildClasses();
const MASK = 0x7fff;
const ALL_CLASSES = Array.from({ length: 32 }, (_, i) => i);

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  const members = [...'abcdefghijklmnopqrstuvwxyz', '0123456789', '_-', '@~', '/:\\', '.= '];
  for (const [index, chars] of members.entries()) {
    for (const char of chars) {
      classes[char.charCodeAt(0)] = index + 1;
      classes[char.toUpperCase().charCodeAt(0)] = index + 1;
    }
  }
  return classes;
}

/** Table index of the three characters at `at`. */
function trigramAt(text: string, at: number): number {
  const a = CLASS[text.charCodeAt(at) & 0xff]!;
  const b = CLASS[text.charCodeAt(at + 1) & 0xff]!;
  const c = CLASS[text.charCodeAt(at + 2) & 0xff]!;
  return (a << 10) | (b << 5) | c;
}

/** Called for each place whose three characters begin a literal; see {@link LiteralScanner.scan}. */
export type OnHit<T> = (at: number, payload: T) => void;

interface Literal<T> {
  readonly literal: string;
  readonly payload: T;
}

/** `T` is what the caller wants to know of a literal. Texts are in byte form. */
export class LiteralScanner<T> {
  /** By three characters: 1 when a literal begins with them. */
  readonly #known = new Uint8Array(MASK + 1);
  /** By three characters: the set of classes, one bit each, that may come fourth. */
  readonly #fourth = new Uint32Array(MASK + 1);
  readonly #groups = new Map<number, Array<Literal<T>>>();

  /**
   * Literals are lower case and at least three characters long, shorter ones throw a RangeError.
   */
  constructor(literals: Iterable<readonly [literal: string, payload: T]>) {
    for (const [literal, payload] of literals) {
      if (literal.length < 3) throw new RangeError('a literal needs three characters');
      const plain = literal.replaceAll(ANY_DIGIT, '0');
      const id = trigramAt(plain, 0);
      const group = this.#groups.get(id) ?? [];
      this.#groups.set(id, group);
      group.push({ literal, payload });
      this.#known[id] = 1;
      const fourth = literal.length > 3 ? [CLASS[plain.charCodeAt(3) & 0xff]!] : ALL_CLASSES;
      for (const each of fourth) this.#fourth[id]! |= 1 << each;
    }
  }

  /** Reports every occurrence, in any letter case, in ascending order of position. */
  scan(text: string, onHit: OnHit<T>): void {
    const known = this.#known;
    let id = 0;
    for (let i = 0; i < text.length; i += 1) {
      id = ((id << 5) | CLASS[text.charCodeAt(i) & 0xff]!) & MASK;
      if (known[id] === 1 && i >= 2 && this.#mayContinue(id, text.charCodeAt(i + 1) & 0xff)) {
        this.#report(text, i - 2, id, onHit);
      }
    }
  }

  /** False when the character after three known ones, 0 at the end of the text, fits no literal. */
  #mayContinue(id: number, next: number): boolean {
    return (this.#fourth[id]! & (1 << CLASS[next]!)) !== 0;
  }

  #report(text: string, at: number, id: number, onHit: OnHit<T>): void {
    for (const { literal, payload } of this.#groups.get(id)!) {
      if (equalsFolded(text, at, literal)) onHit(at, payload);
    }
  }

  /** True when a literal occurs in `bytes[start, end)`; ends at the first one. */
  occursIn(bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#known;
    let id = 0;
    for (let i = start; i < end; i += 1) {
      id = ((id << 5) | CLASS[bytes[i]!]!) & MASK;
      if (known[id] === 1 && i >= start + 2 && this.#mayContinue(id, i + 1 < end ? bytes[i + 1]! : 0)) {
        if (this.#occursAt(bytes, i - 2, id, end)) return true;
      }
    }
    return false;
  }

  #occursAt(bytes: Uint8Array, at: number, id: number, end: number): boolean {
    for (const { literal } of this.#groups.get(id)!) {
      if (at + literal.length <= end && equalBytesFolded(bytes, at, literal)) return true;
    }
    return false;
  }
}

/** True when `code` is the literal's character at `i`, letter case apart. */
function fits(code: number, literal: string, i: number): boolean {
  const wanted = literal.charCodeAt(i);
  const folded = code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
  return folded === wanted || (wanted === DIGIT && code >= 0x30 && code <= 0x39);
}

/** True when `text` holds `literal` at `at`. */
function equalsFolded(text: string, at: number, literal: string): boolean {
  for (let i = 0; i < literal.length; i += 1) if (!fits(text.charCodeAt(at + i), literal, i)) return false;
  return true;
}

function equalBytesFolded(bytes: Uint8Array, at: number, literal: string): boolean {
  for (let i = 0; i < literal.length; i += 1) if (!fits(bytes[at + i]!, literal, i)) return false;
  return true;
}

/** An escaped ASCII letter or sign may hide any literal; escaped control characters do not. */
const ESCAPED_LETTER = ['2', '3', '4', '5', '6', '7'].map((digit) => `\\u00${digit}`);

/** Tells whether one of these literals may occur in a raw JSON string, as it stands or behind escapes. */
export function literalScanner(literals: readonly string[]): LiteralScanner<null> {
  return new LiteralScanner([...new Set([...ESCAPED_LETTER, ...literals])].map((literal) => [literal, null]));
}
