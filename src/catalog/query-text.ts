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
const LONGEST_QUERY = 4096;

/**
 * Nothing wanted in an empty text, and in one that only says what to leave out. Throws `OT_QUERY_SYNTAX` (exit 2)
 * on a quote without its pair, a text without letters and digits, a query of great length.
 */
export function parseQueryText(text: string): QueryText {
  if (text.length > LONGEST_QUERY) throw syntax(`it is longer than ${LONGEST_QUERY} characters`);
  if ((text.match(/"/g) ?? []).length % 2 === 1) throw syntax('a quotation mark has no pair');
  const wanted: QueryUnit[] = [];
  const unwanted: QueryUnit[] = [];
  for (const [, minus, phrase, word] of text.matchAll(TOKEN)) {
    const unit = phrase === undefined ? wordUnit(word!) : unitOf('phrase', phrase);
    if (unit !== null) (minus === '-' ? unwanted : wanted).push(unit);
  }
  const isEmpty = wanted.length === 0 && unwanted.length === 0;
  if (isEmpty && text.trim() !== '') throw syntax('it holds no letter and no digit');
  return { wanted, unwanted };
}

/** What to leave out says nothing by itself. */
export function nothingWanted(): OtError {
  return syntax('it only says what to leave out, and no filter says of what');
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
