/**
 * Finds many literals in one pass: a table over the last three characters, folded to 64 classes, says
 * where to look closer. The cost does not depend on how many literals there are.
 */

/** Folded class of every byte: letters without case, digits, a few separators; the rest is 0. */
const CLASS = buildClasses();
const MASK = 0x3ffff;

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  let next = 1;
  for (const chars of ['abcdefghijklmnopqrstuvwxyz', '0123456789', '_-:/\\.@= "%+$,']) {
    for (const char of chars) {
      classes[char.charCodeAt(0)] = next;
      classes[char.toUpperCase().charCodeAt(0)] = next;
      next += 1;
    }
  }
  return classes;
}

/** Table index of the three characters at `at`. */
function trigramAt(text: string, at: number): number {
  const a = CLASS[text.charCodeAt(at) & 0xff]!;
  const b = CLASS[text.charCodeAt(at + 1) & 0xff]!;
  const c = CLASS[text.charCodeAt(at + 2) & 0xff]!;
  return (a << 12) | (b << 6) | c;
}

/** Called for each place whose three characters begin a literal; see {@link LiteralScanner.scan}. */
export type OnHit<T> = (at: number, payload: T) => void;

/** `T` is what the caller wants to know of a literal. Texts are in byte form. */
export class LiteralScanner<T> {
  readonly #known = new Uint8Array(MASK + 1);
  readonly #groups = new Map<number, Array<{ readonly literal: string; readonly payload: T }>>();

  /** Literals are lower case and at least three characters long; shorter ones throw a RangeError. */
  constructor(literals: Iterable<readonly [literal: string, payload: T]>) {
    for (const [literal, payload] of literals) {
      if (literal.length < 3) throw new RangeError('a literal needs three characters');
      const id = trigramAt(literal, 0);
      this.#known[id] = 1;
      const group = this.#groups.get(id);
      if (group === undefined) this.#groups.set(id, [{ literal, payload }]);
      else group.push({ literal, payload });
    }
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Reports every occurrence, in any letter case, in ascending order of position. */
  scan(text: string, onHit: OnHit<T>): void {
    const known = this.#known;
    let id = 0;
    for (let i = 0; i < text.length; i += 1) {
      id = ((id << 6) | CLASS[text.charCodeAt(i) & 0xff]!) & MASK;
      if (known[id] === 1 && i >= 2) this.#report(text, i - 2, id, onHit);
    }
  }

  #report(text: string, at: number, id: number, onHit: OnHit<T>): void {
    for (const { literal, payload } of this.#groups.get(id)!) {
      if (equalsFolded(text, at, literal)) onHit(at, payload);
    }
  }

  /** True when a literal occurs in `text[start, end)`; ends at the first one. */
  occursIn(text: string, start: number, end: number): boolean {
    const known = this.#known;
    let id = 0;
    for (let i = start; i < end; i += 1) {
      id = ((id << 6) | CLASS[text.charCodeAt(i) & 0xff]!) & MASK;
      if (known[id] === 1 && i >= start + 2 && this.#occursAt(text, i - 2, id, end)) return true;
    }
    return false;
  }

  #occursAt(text: string, at: number, id: number, end: number): boolean {
    for (const { literal } of this.#groups.get(id)!) {
      if (at + literal.length <= end && equalsFolded(text, at, literal)) return true;
    }
    return false;
  }
}

/** True when `text` holds `literal` at `at`, letter case apart; the first three are compared exactly too. */
function equalsFolded(text: string, at: number, literal: string): boolean {
  for (let i = 0; i < literal.length; i += 1) {
    const code = text.charCodeAt(at + i);
    const lower = code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
    if (lower !== literal.charCodeAt(i)) return false;
  }
  return true;
}
