/**
 * Searches the string tokens of one line and says which bytes have to go. Each string is looked at with
 * its escapes decoded, and again with the escapes of what it quotes: JSON inside JSON, program text.
 */
import { fromBytes, isContinuation, toText } from './byte-text.ts';
import { type Detector, type Field, KINDS, type Kind, type SecretEntry } from './contract.ts';
import { EncodedPlaces } from './encodings.ts';
import { type FieldClassifier, fieldOf } from './fields.ts';
import { type StringToken, stringTokens } from './json-strings.ts';
import { type LiteralScanner, literalScanner } from './literal-scanner.ts';
import { placeholderSpans, type Span, subtractSpans } from './placeholder.ts';
import type { ValueIndex } from './value-index.ts';
import { viewsOf } from './views.ts';

/** A stretch left beside a placeholder is dropped when it is shorter: nothing can be told from it. */
const MIN_REST = 4;

/** Field names remembered per search. */
const MAX_KEYS = 4096;

/** Bytes of a line to be replaced. Offsets are of the raw line. */
export interface Match extends Span {
  readonly kind: Kind;
  /** The secret in ordinary form, all escapes decoded. */
  readonly value: string;
  readonly rule: string;
  /** Tool of the rule; null for a listed value. */
  readonly tool: string | null;
  /** Set when the value was found because it is listed. */
  readonly entry: SecretEntry | null;
  /** The same secret as other readings of the same bytes have it. */
  readonly also: readonly Pick<Match, 'kind' | 'value'>[];
}

interface Candidate extends Match {
  /** How many levels of escapes and encodings were undone to see it. */
  readonly depth: number;
  /** Seen in the decoded form of encoded text. */
  readonly isEncoded: boolean;
}

/** What a search saw of a line. */
export interface Searched {
  readonly line: Buffer;
  readonly tokens: readonly StringToken[];
  /** By token: true when nothing was found in it. */
  readonly clean: readonly boolean[];
  /** Tokens in which something was found, or that hold encoded text. */
  readonly places: readonly number[];
  readonly matches: readonly Match[];
}

/** A token to be searched. */
interface TokenPlace {
  readonly line: Buffer;
  /** Byte form of the line. */
  readonly text: string;
  readonly encoded: EncodedPlaces;
  readonly token: StringToken;
  readonly detectors: readonly Detector[];
}

interface TokenMatches {
  readonly matches: readonly Match[];
  readonly isEncoded: boolean;
}

const NOTHING: TokenMatches = { matches: [], isEncoded: false };

/** Indexes of tokens, ascending; null for all. */
export type Places = Uint32Array | null;

/** The detectors of one policy over the fields of one format, with or without listed values. */
export class TextSearch {
  readonly #detectors: readonly Detector[];
  readonly #fields: FieldClassifier;
  readonly #values: ValueIndex | null;
  readonly #anchors: LiteralScanner<null>;
  readonly #keys = new Map<string, boolean>();
  /** Nothing to look for at all. */
  readonly #isIdle: boolean;

  constructor(detectors: readonly Detector[], fields: FieldClassifier, values: ValueIndex | null) {
    this.#detectors = detectors;
    this.#fields = fields;
    this.#values = values;
    this.#isIdle = detectors.length === 0 && values === null;
    this.#anchors = anchorScanner(detectors);
  }

  /**
   * Matches of a line: in order, disjoint, none inside a placeholder. `places` are the tokens, ascending, in
   * which detectors can find something at all.
   */
  search(line: Buffer, places: Places = null): Searched {
    const text = this.#mayMatch(line, places) ? fromBytes(line) : '';
    const encoded = new EncodedPlaces(line);
    let place = 0;
    return this.#searchEach(line, stringTokens(text), (token, index) => {
      const isPlace = places === null || places[place] === index;
      if (isPlace) place += 1;
      return this.#search({ line, text, encoded, token, detectors: isPlace ? this.#detectors : [] });
    });
  }

  /** Searches what came of a searched line; strings that have not changed are not searched again. */
  searchAgain({ line, tokens }: Replaced, before: Searched): Searched {
    if (tokens === null) return this.search(line);
    const text = fromBytes(line);
    const encoded = new EncodedPlaces(line);
    return this.#searchEach(line, tokens, (token, index) => {
      if (before.clean[index]) return NOTHING;
      return this.#search({ line, text, encoded, token, detectors: this.#detectors });
    });
  }

  #searchEach(
    line: Buffer,
    tokens: readonly StringToken[],
    searchOne: (token: StringToken, index: number) => TokenMatches,
  ): Searched {
    const clean: boolean[] = [];
    const places: number[] = [];
    const matches: Match[] = [];
    for (let index = 0; index < tokens.length; index += 1) {
      const token = tokens[index]!;
      const found = searchOne(token, index);
      clean.push(found.matches.length === 0);
      if (found.matches.length > 0 || found.isEncoded) places.push(index);
      for (const match of found.matches) {
        matches.push({ ...match, start: match.start + token.start, end: match.end + token.start });
      }
    }
    return { line, tokens, clean, places, matches };
  }

  /** False when nothing can match, whatever the fields: a line with no trace of listed values in it. */
  #mayMatch(line: Buffer, places: Places): boolean {
    if (this.#isIdle) return false;
    if (this.#detectors.length > 0 && places?.length !== 0) return true;
    return this.#values?.mayOccurIn(line, 0, line.length) === true;
  }

  #search(place: TokenPlace): TokenMatches {
    if (!this.#isCandidate(place)) return NOTHING;
    const { text, token } = place;
    return this.#searchToken(text.slice(token.start, token.end), place);
  }

  /** False only when no detector asked for and no listed value can match; looks at the raw bytes. */
  #isCandidate({ line, encoded, token, detectors }: TokenPlace): boolean {
    const { start, end, key } = token;
    if (detectors.length > 0) {
      if (this.#anchors.occursIn(line, start, end)) return true;
      if (key !== null && this.#isSearchedKey(key)) return true;
      if (encoded.isIn(start, end)) return true;
    }
    return this.#values?.mayOccurIn(line, start, end) === true;
  }

  /** Names of fields repeat all the time, so the answer is kept; a session that invents names pays for it. */
  #isSearchedKey(key: string): boolean {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const answer = this.#detectors.some((tool) => tool.keys?.(key));
    if (this.#keys.size < MAX_KEYS) this.#keys.set(key, answer);
    return answer;
  }

  #searchToken(raw: string, { token, detectors }: TokenPlace): TokenMatches {
    const fieldClass = this.#fields.classify(token.key, token.parent, raw);
    if (fieldClass === 'id') return NOTHING;
    const field = fieldOf(token.key, fieldClass);
    const isFree = fieldClass === 'plain';
    const found: Candidate[] = [];
    const { views, isEncoded } = viewsOf(raw, { isEscaped: token.role !== 'text', isOpaque: field.opaque });
    for (const view of views) {
      for (const match of this.#searchView(view.text, field, isFree, detectors)) {
        found.push({
          ...match,
          ...widened(raw, view.toRaw(match)),
          depth: view.depth,
          isEncoded: view.isEncoded,
        });
      }
    }
    return { matches: merged(found), isEncoded };
  }

  #searchView(text: string, field: Field, isFree: boolean, detectors: readonly Detector[]): Match[] {
    const holes = placeholderSpans(text);
    const matches: Match[] = [];
    for (const detector of detectors) {
      for (const { kind, rule, tool, start, end } of detector.detect(text, field)) {
        for (const span of outside({ start, end }, holes)) {
          const value = toText(text.slice(span.start, span.end));
          matches.push({ ...span, kind, rule, tool, value, entry: null, also: [] });
        }
      }
    }
    for (const { start, end, entry } of this.#values?.search(text, isFree) ?? []) {
      const { kind, value } = entry;
      for (const span of outside({ start, end }, holes)) {
        matches.push({ ...span, kind, rule: 'listed-value', tool: null, value, entry, also: [] });
      }
    }
    return matches;
  }
}

/** A line after replacements, and its tokens where they are known without looking. */
export interface Replaced {
  readonly line: Buffer;
  readonly tokens: readonly StringToken[] | null;
}

/**
 * The line with every match replaced by its text. Replacements hold nothing that JSON escapes, so string
 * values stay where they are between their neighbours; a changed key or plain text is looked at anew.
 */
export function replaceMatches(searched: Searched, textOf: (match: Match) => string): Replaced {
  const { line, tokens, clean, matches } = searched;
  const pieces: Buffer[] = [];
  const growths: number[] = [];
  let copied = 0;
  for (const match of matches) {
    const text = Buffer.from(textOf(match), 'latin1');
    pieces.push(line.subarray(copied, match.start), text);
    growths.push(text.length - (match.end - match.start));
    copied = match.end;
  }
  pieces.push(line.subarray(copied));
  const isStable = tokens.every(({ role }, index) => role === 'value' || clean[index]);
  return { line: Buffer.concat(pieces), tokens: isStable ? movedTokens(searched, growths) : null };
}

/** Tokens after their matches grew by so many bytes each. */
function movedTokens({ tokens, matches }: Searched, growths: readonly number[]): StringToken[] {
  let moved = 0;
  let next = 0;
  return tokens.map((token) => {
    const start = token.start + moved;
    for (; next < matches.length && matches[next]!.start < token.end; next += 1) moved += growths[next]!;
    return moved === 0 ? token : { ...token, start, end: token.end + moved };
  });
}

/** The same detectors serve every trace of a push. */
const anchorScanners = new WeakMap<readonly Detector[], LiteralScanner<null>>();

function anchorScanner(detectors: readonly Detector[]): LiteralScanner<null> {
  const known = anchorScanners.get(detectors);
  if (known !== undefined) return known;
  const scanner = literalScanner(detectors.flatMap((tool) => tool.anchors));
  anchorScanners.set(detectors, scanner);
  return scanner;
}

/** The span without the placeholders in it; short rests are dropped, whole spans never. */
function outside(span: Span, holes: readonly Span[]): Span[] {
  if (holes.length === 0) return [span];
  const rest = subtractSpans(span, holes);
  const whole = rest.length === 1 && rest[0]!.start === span.start && rest[0]!.end === span.end;
  return whole ? rest : rest.filter(({ start, end }) => end - start >= MIN_REST);
}

/** The span grown to whole UTF-8 characters. */
function widened(text: string, span: Span): Span {
  let { start, end } = span;
  while (start > 0 && isContinuation(text.charCodeAt(start))) start -= 1;
  while (end < text.length && isContinuation(text.charCodeAt(end))) end += 1;
  return { start, end };
}

/**
 * One match per stretch of overlapping ones: the longest names it, then precedence, then depth. What was seen
 * of it in encoded form and what it stands for are values both.
 */
function merged(found: Candidate[]): Match[] {
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start || b.end - a.end || precedence(a, b));
  const result: Candidate[] = [];
  for (const candidate of found) {
    const last = result.at(-1);
    if (last === undefined || candidate.start >= last.end) result.push(candidate);
    else result[result.length - 1] = joined(last, candidate);
  }
  return result;
}

function precedence(a: Candidate, b: Candidate): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.depth - a.depth;
}

function joined(a: Candidate, b: Candidate): Candidate {
  const [named, other] = b.end - b.start > a.end - a.start ? [b, a] : [a, b];
  const also = [...a.also, ...b.also, ...(isOtherReading(named, other) ? [other] : [])].slice(0, MAX_OTHERS);
  return { ...named, also, start: a.start, end: Math.max(a.end, b.end) };
}

/** Shortest value that is listed for another reading of it. */
const MIN_OTHER = 12;
/** Further readings of one match. */
const MAX_OTHERS = 8;

function isOtherReading(named: Candidate, other: Candidate): boolean {
  if (named.isEncoded === other.isEncoded || other.entry !== null || other.value.length < MIN_OTHER)
    return false;
  return !named.value.includes(other.value) && !named.also.some(({ value }) => value === other.value);
}
