/**
 * Searches the string tokens of one line and says which bytes have to go. Each string is looked at with
 * its escapes decoded, and again with the escapes of what it quotes: JSON inside JSON, program text.
 */
import { fromBytes, isContinuation, toText } from './byte-text.ts';
import { type Detector, type Field, KINDS, type Kind, type SecretEntry } from './contract.ts';
import { EscapeMap, unescapeJson } from './escapes.ts';
import { type FieldClassifier, fieldOf } from './fields.ts';
import { type StringToken, stringTokens } from './json-strings.ts';
import { LiteralScanner } from './literal-scanner.ts';
import { placeholderSpans, type Span, subtractSpans } from './placeholder.ts';
import type { ValueIndex } from './value-index.ts';

/** Levels of escapes that are decoded: JSON in JSON in JSON, twice over. */
const MAX_DEPTH = 6;
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
}

interface Candidate extends Match {
  /** How many levels of escapes were decoded to see it. */
  readonly depth: number;
}

/** What a search saw of a line. */
export interface Searched {
  readonly line: Buffer;
  readonly tokens: readonly StringToken[];
  /** By token: true when nothing was found in it. */
  readonly clean: readonly boolean[];
  readonly matches: readonly Match[];
}

/** Indexes of tokens, ascending; null for all. */
export type Places = Uint32Array | null;

/** The detectors of one policy over the fields of one format, with or without listed values. */
export class TextSearch {
  readonly #detectors: readonly Detector[];
  readonly #fields: FieldClassifier;
  readonly #values: ValueIndex | null;
  readonly #anchors: LiteralScanner<null>;
  readonly #valueLiterals: LiteralScanner<null> | null;
  readonly #keys = new Map<string, boolean>();
  /** Nothing to look for at all. */
  readonly #isIdle: boolean;

  constructor(detectors: readonly Detector[], fields: FieldClassifier, values: ValueIndex | null) {
    this.#detectors = detectors;
    this.#fields = fields;
    this.#values = values;
    this.#isIdle = detectors.length === 0 && values === null;
    this.#anchors = anchorScanner(detectors);
    this.#valueLiterals = values === null ? null : literalScanner(values.literals);
  }

  /**
   * Matches of a line: in order, disjoint, none inside a placeholder. `places` are the tokens, ascending, in
   * which detectors can find something at all.
   */
  search(line: Buffer, places: Places = null): Searched {
    const tokens = this.#mayMatch(line, places) ? stringTokens(fromBytes(line)) : [];
    let place = 0;
    return this.#searchEach(line, tokens, (token, index) => {
      const isPlace = places === null || places[place] === index;
      if (isPlace) place += 1;
      return this.#search(line, token, isPlace ? this.#detectors : []);
    });
  }

  /** Searches what came of a searched line; strings that have not changed are not searched again. */
  searchAgain({ line, tokens }: Replaced, before: Searched): Searched {
    if (tokens === null) return this.search(line);
    return this.#searchEach(line, tokens, (token, index) =>
      before.clean[index] ? [] : this.#search(line, token, this.#detectors),
    );
  }

  #searchEach(
    line: Buffer,
    tokens: readonly StringToken[],
    searchOne: (token: StringToken, index: number) => readonly Match[],
  ): Searched {
    const clean: boolean[] = [];
    const matches: Match[] = [];
    for (let index = 0; index < tokens.length; index += 1) {
      const token = tokens[index]!;
      const found = searchOne(token, index);
      clean.push(found.length === 0);
      for (const match of found) {
        matches.push({ ...match, start: match.start + token.start, end: match.end + token.start });
      }
    }
    return { line, tokens, clean, matches };
  }

  /** False when nothing can match, whatever the fields: a line with no literal of listed values in it. */
  #mayMatch(line: Buffer, places: Places): boolean {
    if (this.#isIdle) return false;
    if (this.#values?.searchesAll === true || (this.#detectors.length > 0 && places?.length !== 0))
      return true;
    return this.#values !== null && this.#valueLiterals!.occursIn(line, 0, line.length);
  }

  #search(line: Buffer, token: StringToken, detectors: readonly Detector[]): Match[] {
    if (!this.#isCandidate(line, token, detectors.length > 0)) return [];
    return this.#searchToken(line.toString('latin1', token.start, token.end), token, detectors);
  }

  /** False only when no detector asked for and no listed value can match; looks at the raw bytes. */
  #isCandidate(line: Buffer, { start, end, key }: StringToken, detects: boolean): boolean {
    if (detects && this.#anchors.occursIn(line, start, end)) return true;
    if (detects && key !== null && this.#isSearchedKey(key)) return true;
    if (this.#values === null) return false;
    return this.#values.searchesAll || this.#valueLiterals!.occursIn(line, start, end);
  }

  /** Names of fields repeat all the time, so the answer is kept; a session that invents names pays for it. */
  #isSearchedKey(key: string): boolean {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const answer = this.#detectors.some((tool) => tool.keys?.(key));
    if (this.#keys.size < MAX_KEYS) this.#keys.set(key, answer);
    return answer;
  }

  #searchToken(raw: string, token: StringToken, detectors: readonly Detector[]): Match[] {
    const fieldClass = this.#fields.classify(token.key, token.parent, raw);
    if (fieldClass === 'id') return [];
    const field = fieldOf(token.key, fieldClass);
    const isFree = fieldClass === 'plain';
    const found: Candidate[] = [];
    const maps = new MapChain();
    let view = token.role === 'text' ? raw : maps.decode(raw);
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      for (const match of this.#searchView(view, field, isFree, detectors)) {
        found.push({ ...match, ...widened(raw, maps.toRaw(match)), depth });
      }
      const next = maps.decode(view);
      if (next === view) break;
      view = next;
    }
    return merged(found);
  }

  #searchView(text: string, field: Field, isFree: boolean, detectors: readonly Detector[]): Match[] {
    const holes = placeholderSpans(text);
    const matches: Match[] = [];
    for (const detector of detectors) {
      for (const { kind, rule, tool, start, end } of detector.detect(text, field)) {
        for (const span of outside({ start, end }, holes)) {
          const value = toText(text.slice(span.start, span.end));
          matches.push({ ...span, kind, rule, tool, value, entry: null });
        }
      }
    }
    for (const { start, end, entry } of this.#values?.search(text, isFree) ?? []) {
      const { kind, value } = entry;
      for (const span of outside({ start, end }, holes)) {
        matches.push({ ...span, kind, rule: 'listed-value', tool: null, value, entry });
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

/** An escaped ASCII letter or sign may hide any literal; escaped control characters do not. */
const ESCAPED_LETTER = ['2', '3', '4', '5', '6', '7'].map((digit) => `\\u00${digit}`);

function literalScanner(literals: readonly string[]): LiteralScanner<null> {
  return new LiteralScanner([...new Set([...ESCAPED_LETTER, ...literals])].map((literal) => [literal, null]));
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

/** The levels decoded so far, and the way back to raw offsets; maps are made when first asked for. */
class MapChain {
  readonly #texts: string[] = [];
  readonly #maps: EscapeMap[] = [];

  decode(text: string): string {
    const decoded = unescapeJson(text);
    if (decoded !== text) this.#texts.push(text);
    return decoded;
  }

  toRaw(span: Span): Span {
    let { start, end } = span;
    for (let level = this.#texts.length - 1; level >= 0; level -= 1) {
      const map = this.#maps[level] ?? new EscapeMap(this.#texts[level]!);
      this.#maps[level] = map;
      start = map.toRaw(start, 'down');
      end = map.toRaw(end, 'up');
    }
    return { start, end };
  }
}

/** The span grown to whole UTF-8 characters. */
function widened(text: string, span: Span): Span {
  let { start, end } = span;
  while (start > 0 && isContinuation(text.charCodeAt(start))) start -= 1;
  while (end < text.length && isContinuation(text.charCodeAt(end))) end += 1;
  return { start, end };
}

/** One match per stretch of overlapping ones: the longest names it, then precedence, then depth. */
function merged(found: Candidate[]): Match[] {
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start || b.end - a.end || precedence(a, b));
  const result: Candidate[] = [];
  for (const candidate of found) {
    const last = result.at(-1);
    if (last === undefined || candidate.start >= last.end) result.push(candidate);
    else if (candidate.end > last.end) result[result.length - 1] = joined(last, candidate);
  }
  return result;
}

function precedence(a: Candidate, b: Candidate): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.depth - a.depth;
}

function joined(a: Candidate, b: Candidate): Candidate {
  const named = b.end - b.start > a.end - a.start ? b : a;
  return { ...named, start: a.start, end: b.end };
}
