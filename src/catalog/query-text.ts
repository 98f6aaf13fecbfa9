/**
 * The language of `trace query`: words, `"exact phrases"`, beginnings of words (`auth*`) and `-what` a step
 * must not hold. Any of the words may match; the more, and the rarer, the better.
 */
import { OtError } from '../base/errors.ts';
import { wordsOf } from './words.ts';

/** One thing to look for: its words stand side by side; of a prefix, the last one only begins so. */
export interface QueryUnit {
  readonly kind: 'word' | 'phrase' | 'prefix';
  readonly words: readonly string[];
}

export interface QueryText {
  readonly wanted: readonly QueryUnit[];
  readonly unwanted: readonly QueryUnit[];
}

const TOKEN = /(-?)(?:"([^"]*)"|([^\s"]+))/g;
/** More would not make a query better, and each costs time. */
const MOST_UNITS = 32;
const LONGEST_QUERY = 4096;

/** Throws `OT_QUERY_SYNTAX` (exit 2): a quote without its pair, nothing to look for, a query of great length. */
export function parseQueryText(text: string): QueryText {
  if (text.length > LONGEST_QUERY) throw syntax(`it is longer than ${LONGEST_QUERY} characters`);
  if ((text.match(/"/g) ?? []).length % 2 === 1) throw syntax('a quotation mark has no pair');
  const wanted: QueryUnit[] = [];
  const unwanted: QueryUnit[] = [];
  for (const [, minus, phrase, word] of text.matchAll(TOKEN)) {
    const unit = phrase === undefined ? wordUnit(word!) : unitOf('phrase', phrase);
    if (unit !== null) (minus === '-' ? unwanted : wanted).push(unit);
  }
  if (wanted.length === 0 && unwanted.length > 0) throw syntax('it only says what to leave out');
  if (wanted.length === 0 && text.trim() !== '') throw syntax('it holds no letter and no digit');
  return { wanted: wanted.slice(0, MOST_UNITS), unwanted: unwanted.slice(0, MOST_UNITS) };
}

function wordUnit(word: string): QueryUnit | null {
  return /[\p{L}\p{N}]\*$/u.test(word) ? unitOf('prefix', word) : unitOf('word', word);
}

function unitOf(kind: QueryUnit['kind'], text: string): QueryUnit | null {
  const words = wordsOf(text);
  return words.length === 0 ? null : { kind, words };
}

function syntax(why: string): OtError {
  return new OtError('OT_QUERY_SYNTAX', 'usage', `the query cannot be read: ${why}`, {
    hint: 'give words, "exact phrases", beginnings such as auth*, and -word for what must not be there',
  });
}
