/** The passages of a step that show why it was found. */
import { tellingUnits } from '../catalog/match.ts';
import type { QueryText, QueryUnit } from '../catalog/query-text.ts';
import { stemOf } from '../catalog/stems.ts';
import { FIELDS, type Field, type StepTexts } from '../catalog/step-text.ts';
import { camelParts, isUnspaced } from '../catalog/words.ts';
import { afterBlank, beforeBlank } from './preview.ts';

export interface Excerpt {
  readonly field: Field;
  readonly text: string;
  /** Places in `text` of what was looked for: start and end, in UTF-16 units. */
  readonly highlights: ReadonlyArray<readonly [start: number, end: number]>;
}

export const WINDOW = 200;
const BEFORE = 60;
/** Text looked at per field; matches behind it are not shown. */
const LONGEST_TEXT = 50_000;
const MOST_EXCERPTS = 3;

interface Place {
  readonly start: number;
  readonly end: number;
  readonly term: string;
}

/** One excerpt per field, those with the most different words first. */
export function excerptsOf(texts: StepTexts, matcher: Matcher): Excerpt[] {
  const found = FIELDS.flatMap((field) => {
    const text = texts[field].slice(0, LONGEST_TEXT);
    const places = placesIn(unaccented(text), matcher);
    return places.length === 0 ? [] : [bestWindow(field, text, places)];
  });
  return found
    .sort((left, right) => right.terms - left.terms)
    .slice(0, MOST_EXCERPTS)
    .map(({ excerpt }) => excerpt);
}

/** The beginning of what a step says, for a hit that neither words nor a fact of it explain. */
export function openingOf(texts: StepTexts): Excerpt[] {
  const field = FIELDS.find((name) => texts[name].trim() !== '');
  return field === undefined ? [] : [{ field, text: cut(texts[field], 0, WINDOW), highlights: [] }];
}

/** Tells which word of a query a word of a text is; good for one query. */
export class Matcher {
  readonly #stems: ReadonlySet<string>;
  readonly #prefixes: readonly string[];
  readonly #known = new Map<string, string | null>();
  /** Matches where a word that was asked for may stand. */
  readonly pattern: RegExp;

  constructor({ wanted }: QueryText) {
    const { stems, prefixes } = wordsWanted(tellingUnits(wanted));
    // Letters and digits only: nothing has to be escaped.
    this.pattern = new RegExp([...stems, ...prefixes].join('|'), 'giu');
    this.#stems = stems;
    this.#prefixes = prefixes;
  }

  /** Null for a word that nobody asked for. */
  termOf(word: string): string | null {
    let term = this.#known.get(word);
    if (term === undefined) {
      term = this.#find(word);
      if (this.#known.size < MOST_KNOWN) this.#known.set(word, term);
    }
    return term;
  }

  #find(word: string): string | null {
    for (const part of new Set([word, ...camelParts(word)])) {
      const lower = part.toLowerCase();
      const stem = stemOf(lower);
      if (this.#stems.has(stem)) return stem;
      const prefix = this.#prefixes.find((each) => lower.startsWith(each));
      if (prefix !== undefined) return `${prefix}*`;
    }
    return null;
  }
}

const MOST_KNOWN = 50_000;

function wordsWanted(units: readonly QueryUnit[]): { stems: Set<string>; prefixes: string[] } {
  const stems = new Set<string>();
  const prefixes: string[] = [];
  for (const { kind, words } of units) {
    const plain = words.map(unaccented);
    for (const word of kind === 'prefix' ? plain.slice(0, -1) : plain) stems.add(stemOf(word));
    if (plain.length > 1) stems.add(plain.join(''));
    if (kind === 'prefix') prefixes.push(plain.at(-1)!);
  }
  return { stems, prefixes };
}

/** Words are looked at only where one of the stems stands, which finds them much faster. */
function placesIn(text: string, matcher: Matcher): Place[] {
  const places: Place[] = [];
  let last = 0;
  for (const { index } of text.matchAll(matcher.pattern)) {
    if (index < last) continue;
    const start = wordStart(text, index, last);
    WORD.lastIndex = start;
    const word = isUnspaced(text[start]!) ? text[start]! : (WORD.exec(text)?.[0] ?? '');
    const term = matcher.termOf(word);
    last = start + Math.max(1, word.length);
    if (term !== null) places.push({ start, end: last, term });
  }
  return places;
}

const WORD = /[\p{L}\p{N}]+/uy;
const LETTER = /[\p{L}\p{N}]/u;
const LONGEST_LEAD = 64;

/** As the index has it, which knows no accents; as long as `text`, so that places are the same. */
function unaccented(text: string): string {
  return text.replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (letter) => letter.normalize('NFD')[0]!);
}

function wordStart(text: string, index: number, from: number): number {
  if (isUnspaced(text[index]!)) return index;
  const least = Math.max(from, index - LONGEST_LEAD);
  const isLead = (character: string): boolean => LETTER.test(character) && !isUnspaced(character);
  let start = index;
  while (start > least && isLead(text[start - 1]!)) start -= 1;
  return start;
}

/** The stretch that holds the most different words, then the most words. */
function bestWindow(
  field: Field,
  text: string,
  places: readonly Place[],
): { excerpt: Excerpt; terms: number } {
  let best = { at: 0, terms: 0, count: 0 };
  for (let at = 0; at < places.length; at += 1) {
    const inside = placesWithin(places, at);
    const terms = new Set(inside.map(({ term }) => term)).size;
    if (terms > best.terms || (terms === best.terms && inside.length > best.count)) {
      best = { at, terms, count: inside.length };
    }
    if (at >= MOST_PLACES) break;
  }
  const first = places[best.at]!;
  const start = afterBlank(text, Math.max(0, first.start - BEFORE), first.start);
  const end = beforeBlank(text, start + WINDOW, first.end);
  const excerpt = cut(text, start, end - start);
  const inside = places.filter((place) => place.start >= start && place.end <= end);
  const highlights = joined(inside).map((place) => [place.start - start, place.end - start] as const);
  return { excerpt: { field, text: excerpt, highlights }, terms: best.terms };
}

/** Words without blanks between them as one. */
function joined(places: readonly Place[]): Place[] {
  const found: Place[] = [];
  for (const place of places) {
    const last = found.at(-1);
    if (last?.end === place.start) found[found.length - 1] = { ...last, end: place.end };
    else found.push(place);
  }
  return found;
}

const MOST_PLACES = 2_000;

function placesWithin(places: readonly Place[], at: number): Place[] {
  const inside: Place[] = [];
  const limit = places[at]!.start + WINDOW - BEFORE;
  for (let next = at; next < places.length && places[next]!.end <= limit; next += 1)
    inside.push(places[next]!);
  return inside;
}

/** A stretch of text that does not end in half a character. */
function cut(text: string, start: number, length: number): string {
  return text.slice(start, start + length).toWellFormed();
}
