/**
 * Finds pieces of listed secrets: a value broken at a margin, cut off at either end, spread over the lines of
 * a diff. Any run of eight characters of a random-looking value is found, in one pass whose cost hardly
 * depends on how many values there are.
 */
import { fromString } from './byte-text.ts';
import { CREDENTIAL_KINDS, type Kind, type SecretEntry } from './contract.ts';
import type { Span } from './placeholder.ts';
import { isCaseNoise } from './rules/random.ts';
import { entropyOf } from './rules/rule.ts';

/** Shortest run that is a piece of a secret. */
export const RUN = 8;
/** Every fourth place of a text is looked at: each run of eight has five characters that begin at one. */
const STRIDE = 4;
const GRAM = 5;
/** Values that share five characters and are told apart. */
const MAX_SAME = 8;
/** Bound of memory: later values are found whole only. */
const MAX_GRAMS = 400_000;
/** Values shorter than this are found whole only. */
const MIN_VALUE = 10;

/** Kinds of which a piece gives something away. */
const PIECED: ReadonlySet<Kind> = new Set<Kind>(CREDENTIAL_KINDS);

export interface Fragment extends Span {
  readonly entry: SecretEntry;
}

interface Value {
  readonly text: string;
  readonly entry: SecretEntry;
}

interface Place {
  readonly value: Value;
  readonly at: number;
}

/** Texts are in byte form. */
export class FragmentIndex {
  readonly #places = new Map<number, Place[]>();
  /** By hash of five characters: 1 when a value has them. */
  readonly #known: Uint8Array;
  readonly #mask: number;

  constructor(entries: readonly SecretEntry[]) {
    const values = entries.filter(({ kind }) => PIECED.has(kind)).flatMap(valuesOf);
    const grams = values.reduce((sum, { text }) => sum + text.length, 0);
    this.#mask = 2 ** Math.min(22, Math.max(12, Math.ceil(Math.log2(16 * (grams + 1))))) - 1;
    this.#known = new Uint8Array(this.#mask + 1);
    let left = MAX_GRAMS;
    for (const value of values) {
      left -= value.text.length;
      if (left >= 0) this.#add(value);
    }
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** Pieces in order, disjoint, each as long as text and value agree. */
  search(text: string): Fragment[] {
    const found: Fragment[] = [];
    let searchedTo = 0;
    for (let at = 0; at + GRAM <= text.length; at += STRIDE) {
      const hash = hashOf(text, at);
      if (this.#known[hash & this.#mask] === 0 || at + GRAM <= searchedTo) continue;
      const piece = this.#pieceAt(text, at, hash, searchedTo);
      if (piece === null) continue;
      found.push(piece);
      searchedTo = piece.end;
    }
    return found;
  }

  /** True when `bytes[start, end)` holds a piece as it stands. */
  occursIn(bytes: Buffer, start: number, end: number): boolean {
    for (let at = start; at + GRAM <= end; at += STRIDE) {
      const hash = hashOfBytes(bytes, at);
      if (this.#known[hash & this.#mask] === 0) continue;
      const [from, to] = [Math.max(start, at - RUN), Math.min(end, at + RUN + GRAM)];
      if (this.#pieceAt(bytes.toString('latin1', from, to), at - from, hash, 0) !== null) return true;
    }
    return false;
  }

  #add(value: Value): void {
    const { text } = value;
    const isRandom = allPiecesTell(text);
    const indexed = new Set<number>();
    // A run must have a character that the issuer's prefix has not.
    const first = isRandom ? Math.max(0, prefixLength(text) - RUN + 1) : 0;
    for (let at = first; at + RUN <= text.length; at += 1) {
      if (!isTelling(text.slice(at, at + RUN), isRandom)) continue;
      for (let gram = at; gram < at + STRIDE; gram += 1) {
        if (!indexed.has(gram)) this.#addGram(value, gram);
        indexed.add(gram);
      }
    }
  }

  #addGram(value: Value, at: number): void {
    const hash = hashOf(value.text, at);
    const places = this.#places.get(hash) ?? [];
    if (places.length < MAX_SAME) places.push({ value, at });
    this.#places.set(hash, places);
    this.#known[hash & this.#mask] = 1;
  }

  #pieceAt(text: string, at: number, hash: number, from: number): Fragment | null {
    let best: Fragment | null = null;
    for (const { value, at: place } of this.#places.get(hash) ?? []) {
      const start = at - agreementBefore(text, at, value.text, place, from);
      const end = at + agreementFrom(text, at, value.text, place);
      if (end - start < RUN || (best !== null && best.end - best.start >= end - start)) continue;
      const isRandom = end - start > RUN || allPiecesTell(value.text);
      if (holdsTellingRun(text.slice(start, end), isRandom)) best = { start, end, entry: value.entry };
    }
    return best;
  }
}

/** The strings of an entry whose pieces count; a key's are the lines of its body. */
function valuesOf(entry: SecretEntry): Value[] {
  const value = fromString(entry.value);
  const texts = entry.kind === 'private_key' ? (value.match(/[A-Za-z0-9+/=_-]{24,}/g) ?? []) : [value];
  return texts.filter((text) => text.length >= MIN_VALUE).map((text) => ({ text, entry }));
}

/** A value all of whose pieces give it away, not only those that mix letters and digits. */
function allPiecesTell(text: string): boolean {
  if (text.length < 16 || text.includes(' ') || entropyOf(text) < 3.2) return false;
  return /[0-9]/.test(text) || isDrawnLetters(text.slice(prefixLength(text)));
}

/** Letters of both cases, drawn at random: many different ones, as no name of that length has. */
function isDrawnLetters(text: string): boolean {
  if (isCaseNoise(text)) return true;
  return text.length >= 24 && /[a-z][A-Z]/.test(text) && entropyOf(text) >= 4.1;
}

/** Characters of an issuer's prefix, such as `github_pat_`: known to everybody. */
function prefixLength(text: string): number {
  return /^(?:[A-Za-z0-9]{1,10}[-_.]){1,3}/.exec(text.slice(0, 16))?.[0].length ?? 0;
}

/** False for a run that ordinary text may hold as well. */
function isTelling(run: string, isRandom: boolean): boolean {
  if (/\s/.test(run) || new Set(run).size < 4) return false;
  return isRandom || (/[0-9]/.test(run) && /[A-Za-z]/.test(run));
}

/** A piece may begin with a run that tells nothing, such as a number that repeats two digits. */
function holdsTellingRun(piece: string, isRandom: boolean): boolean {
  for (let at = 0; at + RUN <= piece.length; at += 1) {
    if (isTelling(piece.slice(at, at + RUN), isRandom)) return true;
  }
  return false;
}

function agreementFrom(text: string, at: number, value: string, place: number): number {
  let length = 0;
  while (place + length < value.length && text.charCodeAt(at + length) === value.charCodeAt(place + length)) {
    length += 1;
  }
  return length;
}

/** Characters before both places in which they agree, none of them before `from`. */
function agreementBefore(text: string, at: number, value: string, place: number, from: number): number {
  let length = 0;
  while (
    length < place &&
    at - length > from &&
    text.charCodeAt(at - length - 1) === value.charCodeAt(place - length - 1)
  ) {
    length += 1;
  }
  return length;
}

function hashOf(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + GRAM; i += 1) hash = Math.imul(hash, 0x01000193) ^ text.charCodeAt(i);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function hashOfBytes(bytes: Buffer, at: number): number {
  let hash = 0;
  for (let i = at; i < at + GRAM; i += 1) hash = Math.imul(hash, 0x01000193) ^ bytes[i]!;
  return (hash ^ (hash >>> 15)) >>> 0;
}
