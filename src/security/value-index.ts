/**
 * Finds listed values in a text: verbatim, inside base64, and in pieces. Long values are recognised by their
 * first characters and followed as far as they agree, so a copy that was cut off is found too.
 */
import { fromString } from './byte-text.ts';
import type { SecretEntry } from './contract.ts';
import { FragmentIndex } from './fragments.ts';
import { LiteralScanner, literalScanner } from './literal-scanner.ts';
import type { Span } from './placeholder.ts';
import { type Spread, spreadOf } from './spread.ts';

/** Characters by which a long value is recognised. */
const HEAD = 64;
/** Characters compared by the scanner; what follows is looked up. */
const LITERAL = 3;
/** So many needles are faster looked for one by one. */
const FEW = 12;
/** Shortest base64 stretch that is looked for. */
const MIN_BASE64 = 16;
/** Values with one head that are told apart; more would make a place cost more than a constant. */
const MAX_SAME_HEAD = 8;

export interface ValueHit extends Span {
  readonly entry: SecretEntry;
}

interface Needle {
  readonly text: string;
  readonly entry: SecretEntry;
  readonly spread: Spread;
}

/** Needles that begin with the same three characters, by their head. */
interface Group {
  readonly byHead: Map<string, Needle[]>;
  /** Lengths of heads, longest first. */
  readonly lengths: number[];
}

export class ValueIndex {
  /** True when some value has no such stretch, so that every string must be searched. */
  readonly searchesAll: boolean;
  /** Stretches that escaping leaves alone, one of which is in any string that holds a whole value. */
  readonly #literals: LiteralScanner<null>;
  readonly #fragments: FragmentIndex;
  readonly #scanner: LiteralScanner<Group>;
  /** Heads of all needles while they are few: the quick way to see that none is there. */
  readonly #heads: readonly string[] | null;

  constructor(entries: readonly SecretEntry[]) {
    const needles = entries.flatMap(needlesOf);
    const literals = needles.map((needle) => stableStretch(needle.text));
    const stable = literals.filter((literal) => literal !== null);
    this.#literals = literalScanner(stable);
    this.#fragments = new FragmentIndex(entries);
    this.searchesAll = literals.includes(null);
    this.#scanner = new LiteralScanner(groupsOf(needles));
    this.#heads = needles.length <= FEW ? needles.map(({ text }) => text.slice(0, HEAD)) : null;
  }

  /** False only when `search` finds nothing in any reading of these raw bytes that undoes JSON escapes. */
  mayOccurIn(bytes: Buffer, start: number, end: number): boolean {
    if (this.searchesAll || this.#literals.occursIn(bytes, start, end)) return true;
    return !this.#fragments.isEmpty && this.#fragments.occursIn(bytes, start, end);
  }

  /**
   * Whole values and pieces; of whole ones at one place the longest. Unless the text `isFree`, only values that are
   * hunted anywhere count. Linear in the length of `text`.
   */
  search(text: string, isFree: boolean): ValueHit[] {
    const whole = this.#searchWhole(text, isFree);
    return this.#fragments.isEmpty ? whole : [...whole, ...this.#fragments.search(text)];
  }

  #searchWhole(text: string, isFree: boolean): ValueHit[] {
    const hits: ValueHit[] = [];
    if (this.#heads?.every((head) => !text.includes(head))) return hits;
    let searchedTo = 0;
    this.#scanner.scan(text, (at, group) => {
      if (at < searchedTo) return;
      const hit = hitAt(text, at, group, isFree);
      if (hit === null) return;
      hits.push(hit);
      searchedTo = hit.end;
    });
    return hits;
  }
}

function hitAt(text: string, at: number, group: Group, isFree: boolean): ValueHit | null {
  for (const length of group.lengths) {
    let best: ValueHit | null = null;
    for (const needle of group.byHead.get(text.slice(at, at + length)) ?? []) {
      const end = at + agreement(text, at, needle.text);
      if (best !== null && best.end >= end) continue;
      if (fits(text, at, end, needle.spread, isFree)) best = { start: at, end, entry: needle.entry };
    }
    if (best !== null) return best;
  }
  return null;
}

/** Number of characters in which `text` at `at` and `value` agree. */
function agreement(text: string, at: number, value: string): number {
  let length = Math.min(HEAD, value.length);
  while (length < value.length && text.charCodeAt(at + length) === value.charCodeAt(length)) length += 1;
  return length;
}

function fits(text: string, start: number, end: number, spread: Spread, isFree: boolean): boolean {
  if (spread === 'anywhere') return true;
  if (!isFree || isWord(text.charCodeAt(start - 1)) || isWord(text.charCodeAt(end))) return false;
  if (spread === 'word') return true;
  return '/\\~'.includes(text.charAt(start - 1) || ' ') || text.charAt(end) === '@';
}

/** ASCII letters and digits; false at the ends of the text (NaN) and beside typographic signs. */
function isWord(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

function needlesOf(entry: SecretEntry): Needle[] {
  const spread = spreadOf(entry);
  if (spread === 'nowhere') return [];
  const value = fromString(entry.value);
  const forms = new Set([value]);
  if (entry.kind === 'user') forms.add(value.replaceAll(/[^A-Za-z0-9]/g, '-'));
  else for (const form of encodedForms(entry.value)) forms.add(form);
  if (entry.kind === 'private_key') for (const line of keyLines(value)) forms.add(line);
  return [...forms].filter((text) => text.length >= LITERAL).map((text) => ({ text, entry, spread }));
}

/** Lines of a key's body: a diff may hold each in a string of its own. */
function keyLines(value: string): string[] {
  return value.match(/[A-Za-z0-9+/=]{24,}/g) ?? [];
}

/** What base64 makes of the value at each of the three alignments. */
function encodedForms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const aligned = [0, 1, 2]
    .map((shift) => base64Core(bytes, shift))
    .filter((core) => core.length >= MIN_BASE64);
  const urlSafe = aligned.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  return [...aligned, ...urlSafe];
}

/** The base64 characters that depend on `bytes` alone when `shift` bytes stand before them. */
function base64Core(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const skipped = Math.ceil((shift * 8) / 6);
  return encoded.slice(skipped, Math.floor(((shift + bytes.length) * 8) / 6));
}

/** Longest run of characters that no JSON escape touches, in lower case; null when shorter than three. */
function stableStretch(text: string): string | null {
  const runs = text.slice(0, HEAD).match(/[A-Za-z0-9_-]+/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest.length >= LITERAL ? longest.toLowerCase() : null;
}

function* groupsOf(needles: readonly Needle[]): Generator<[string, Group]> {
  const groups = new Map<string, Group>();
  for (const needle of needles) {
    const literal = needle.text.slice(0, LITERAL).toLowerCase();
    const group = groups.get(literal) ?? newGroup();
    groups.set(literal, group);
    const head = needle.text.slice(0, HEAD);
    const same = group.byHead.get(head) ?? [];
    group.byHead.set(head, same);
    if (same.length < MAX_SAME_HEAD) same.push(needle);
    if (!group.lengths.includes(head.length)) group.lengths.push(head.length);
  }
  for (const group of groups.values()) group.lengths.sort((a, b) => b - a);
  yield* groups;
}

function newGroup(): Group {
  return { byHead: new Map(), lengths: [] };
}
