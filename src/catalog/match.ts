/** From what is looked for to an expression of the text index, with rare words preferred to common ones. */
import type { Sqlite } from '../base/sqlite.ts';
import type { QueryText, QueryUnit } from './query-text.ts';
import { stemOf } from './stems.ts';

/** Words that say little in any English text: left out when there are others. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a about after all also am an and any are as at be because been before but by can could did do does for from ' +
    'get got had has have he how i if in into is it its just like me my no not of on one or our out over so some ' +
    'than that the their them then there these they this to up us use used using was we were what when where which ' +
    'while who why will with would you your'
  ).split(' '),
);

/** One alternative of the expression. */
interface Term {
  readonly text: string;
  /** Steps that hold it, at most. */
  readonly steps: number;
}

/** Rows an expression may visit: about a millisecond for a thousand of them. */
const MOST_ROWS = 12_000;
/** Other forms of a word that are looked for beside it. */
const MOST_FORMS = 6;

/** Expressions to try in order, until one finds enough. Empty when no word of the query is in the index. */
export function matchExpressions(database: Sqlite, { wanted, unwanted }: QueryText): string[] {
  const telling = wanted.filter(
    (unit) => unit.kind !== 'word' || unit.words.some((word) => !STOP_WORDS.has(word)),
  );
  const units = telling.length > 0 ? telling : wanted;
  const terms = units.flatMap((unit) => termsOf(database, unit)).filter(({ steps }) => steps > 0);
  const rarestFirst = unique(terms).sort((left, right) => left.steps - right.steps);
  const without = unwanted.map(({ kind, words }) => ` NOT ${quoted(words, kind === 'prefix')}`).join('');
  return alternatives(rarestFirst).map((expression) => `(${expression})${without}`);
}

/** All terms where that is cheap; else the rare ones, and of common ones those steps that hold several. */
function alternatives(terms: readonly Term[]): string[] {
  if (terms.length === 0) return [];
  const cheap = terms.filter(
    (_, index) => terms.slice(0, index + 1).reduce((sum, { steps }) => sum + steps, 0) <= MOST_ROWS,
  );
  if (cheap.length === terms.length) return [anyOf(terms)];
  if (cheap.length > 1) return [anyOf(cheap)];
  const [first, ...rest] = terms;
  return rest.length === 0 ? [first!.text] : [`${first!.text} AND (${anyOf(rest)})`, first!.text];
}

function anyOf(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(' OR ');
}

function unique(terms: readonly Term[]): Term[] {
  return [...new Map(terms.map((term) => [term.text, term])).values()];
}

function termsOf(database: Sqlite, { kind, words }: QueryUnit): Term[] {
  if (kind === 'word' && words.length === 1) return formsOf(database, words[0]!);
  const steps = Math.min(
    ...words.map((word, index) => stepsWith(database, word, isPrefix(kind, words, index))),
  );
  if (kind !== 'word') return [{ text: quoted(words, kind === 'prefix'), steps }];
  const parts = words.filter((word) => word.length > 1 && !STOP_WORDS.has(word));
  return [
    { text: quoted(words, false), steps },
    ...[words.join(''), ...parts].map((word) => ({
      text: quoted([word], false),
      steps: stepsWith(database, word, false),
    })),
  ];
}

function isPrefix(kind: QueryUnit['kind'], words: readonly string[], index: number): boolean {
  return kind === 'prefix' && index === words.length - 1;
}

/** The word and its other forms that occur. */
function formsOf(database: Sqlite, word: string): Term[] {
  const stem = stemOf(word);
  const rows = database
    .all<{ term: string; doc: number }>(
      'SELECT term, doc FROM words WHERE term >= ? AND term < ?',
      stem,
      `${stem}{`,
    )
    .filter(({ term }) => term === word || stemOf(term) === stem)
    .sort((left, right) => Number(right.term === word) - Number(left.term === word) || right.doc - left.doc);
  if (rows.length === 0 && isFolded(word)) return [{ text: quoted([word], false), steps: 1 }];
  return rows.slice(0, MOST_FORMS).map(({ term, doc }) => ({ text: quoted([term], false), steps: doc }));
}

function stepsWith(database: Sqlite, word: string, prefix: boolean): number {
  const rows = prefix
    ? database.all<{ doc: number | null }>(
        'SELECT sum(doc) AS doc FROM words WHERE term >= ? AND term < ?',
        word,
        `${word}\u{10ffff}`,
      )
    : database.all<{ doc: number | null }>('SELECT doc FROM words WHERE term = ?', word);
  return rows[0]?.doc ?? (isFolded(word) ? 1 : 0);
}

/** The index may have it without its accents: only the index itself can tell. */
function isFolded(word: string): boolean {
  return /[^\x00-\x7f]/.test(word);
}

/** A phrase in the index's own syntax; words hold letters and digits only, so nothing has to be escaped. */
function quoted(words: readonly string[], prefix: boolean): string {
  return `"${words.join(' ')}"${prefix ? ' *' : ''}`;
}
