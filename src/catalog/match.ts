/** From what is looked for to an expression of the text index, with rare words preferred to common ones. */
import type { Sqlite } from '../base/sqlite.ts';
import type { QueryText, QueryUnit } from './query-text.ts';
import { formsOf } from './stems.ts';
import { prefixCount, stepCounts } from './vocabulary.ts';

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
  /** The word as it was asked, when this is another form of it and both are in the index. */
  readonly formOf?: string;
}

/** A word as it was asked, and its other forms that are looked for beside it; both are expressions. */
export interface Inflected {
  readonly exact: string;
  readonly forms: string;
}

export interface Match {
  readonly expression: string;
  readonly inflected: readonly Inflected[];
}

/** Rows an expression may visit: about a millisecond for a thousand of them. */
const MOST_ROWS = 12_000;
/** Other forms of a word that are looked for beside it. */
const MOST_FORMS = 6;

/** Expressions to try in order, until one finds enough. Empty when no word of the query is in the index. */
export function matchesOf(database: Sqlite, { wanted, unwanted }: QueryText): Match[] {
  const units = tellingUnits(wanted);
  const counts = stepCounts(database, units.flatMap(wordsAsked));
  const stepsWith = (word: string): number => counts.get(word) ?? leastCount(word);
  const stepsBeginning = (word: string): number => prefixCount(database, word) || leastCount(word);
  const terms = units.flatMap((unit) => termsOf(unit, stepsWith, stepsBeginning));
  const rarestFirst = unique(terms.filter(({ steps }) => steps > 0)).sort(
    (left, right) => left.steps - right.steps,
  );
  const pairs = pairsOf(units);
  const without = unwanted.length === 0 ? '' : ` NOT (${unwantedExpression(unwanted)})`;
  return alternatives(rarestFirst, pairs).map(({ expression, inflected }) => ({
    expression: `(${expression})${without}`,
    inflected,
  }));
}

/** What is looked for: without the words that say little, where there are others. */
export function tellingUnits(wanted: readonly QueryUnit[]): readonly QueryUnit[] {
  const telling = wanted.filter(
    ({ kind, words }) => kind !== 'word' || words.some((word) => !STOP_WORDS.has(word)),
  );
  return telling.length > 0 ? telling : wanted;
}

/** Steps that hold anything of what is unwanted. */
export function unwantedExpression(unwanted: readonly QueryUnit[]): string {
  return unwanted.map(({ kind, words }) => quoted(words, kind === 'prefix')).join(' OR ');
}

/** Words that were asked side by side: where they also stand so, that is worth a rare word of its own. */
function pairsOf(units: readonly QueryUnit[]): (readonly [string, string])[] {
  return units.slice(1).flatMap((right, index) => {
    const left = units[index]!;
    const plain = [left, right].every(({ kind, words }) => kind === 'word' && words.length === 1);
    return plain && left.words[0] !== right.words[0] ? [[left.words[0]!, right.words[0]!] as const] : [];
  });
}

/** Every word whose number of steps decides anything. */
function wordsAsked({ kind, words }: QueryUnit): string[] {
  if (kind === 'word' && words.length === 1) return formsOf(words[0]!);
  return kind === 'word' ? [...words, words.join('')] : [...words];
}

/**
 * All terms where that is cheap; else the rare ones, and of common ones those steps that hold several. A form is
 * never looked for without the word that was asked.
 */
function alternatives(terms: readonly Term[], pairs: ReturnType<typeof pairsOf>): Match[] {
  if (terms.length === 0) return [];
  const affordable = terms.filter(
    (_, index) => terms.slice(0, index + 1).reduce((sum, { steps }) => sum + steps, 0) <= MOST_ROWS,
  );
  const texts = new Set(affordable.map(({ text }) => text));
  const cheap = affordable.filter(({ formOf }) => formOf === undefined || texts.has(formOf));
  if (cheap.length > 1 || cheap.length === terms.length) {
    return [{ expression: anyOf([...cheap, ...pairsAmong(cheap, pairs)]), inflected: inflectedOf(cheap) }];
  }
  const [first, ...rest] = terms.filter(({ formOf }) => formOf === undefined);
  const alone = { expression: first!.text, inflected: [] };
  return rest.length === 0
    ? [alone]
    : [{ expression: `${first!.text} AND (${anyOf(rest)})`, inflected: [] }, alone];
}

function inflectedOf(terms: readonly Term[]): Inflected[] {
  const forms = new Map<string, Term[]>();
  for (const term of terms) {
    if (term.formOf !== undefined) forms.set(term.formOf, [...(forms.get(term.formOf) ?? []), term]);
  }
  return [...forms].map(([exact, others]) => ({ exact, forms: anyOf(others) }));
}

/** Pairs whose words are visited anyway. */
function pairsAmong(terms: readonly Term[], pairs: ReturnType<typeof pairsOf>): Term[] {
  const visited = new Set(terms.map(({ text }) => text));
  return pairs
    .filter((pair) => pair.every((word) => visited.has(quoted([word], false))))
    .map((pair) => ({ text: quoted(pair, false), steps: 0 }));
}

function anyOf(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(' OR ');
}

/** Each once; what was asked itself is no form of another word. */
function unique(terms: readonly Term[]): Term[] {
  const found = new Map<string, Term>();
  for (const term of terms)
    if (found.get(term.text)?.formOf !== undefined || !found.has(term.text)) found.set(term.text, term);
  return [...found.values()];
}

type Count = (word: string) => number;

function termsOf({ kind, words }: QueryUnit, stepsWith: Count, stepsBeginning: Count): Term[] {
  if (kind === 'word' && words.length === 1) return formTerms(words[0]!, stepsWith);
  const last = words.length - 1;
  const counts = words.map((word, place) =>
    kind === 'prefix' && place === last ? stepsBeginning(word) : stepsWith(word),
  );
  const side: Term = { text: quoted(words, kind === 'prefix'), steps: Math.min(...counts) };
  if (kind !== 'word') return [side];
  const parts = words.filter((word) => word.length > 1 && !STOP_WORDS.has(word));
  return [side, ...[words.join(''), ...parts].map((word) => termOf(word, stepsWith))];
}

/** The word and its most frequent other forms. */
function formTerms(word: string, stepsWith: Count): Term[] {
  const [own, ...others] = formsOf(word).map((form) => termOf(form, stepsWith));
  const frequent = others.sort((left, right) => right.steps - left.steps).slice(0, MOST_FORMS - 1);
  const marked = own!.steps === 0 ? frequent : frequent.map((term) => ({ ...term, formOf: own!.text }));
  return [own!, ...marked];
}

function termOf(word: string, stepsWith: Count): Term {
  return { text: quoted([word], false), steps: stepsWith(word) };
}

/** The index may have it without its accents: only the index itself can tell. */
function leastCount(word: string): number {
  return /[^\x00-\x7f]/.test(word) ? 1 : 0;
}

/** A phrase in the index's own syntax; words hold letters and digits only, so nothing has to be escaped. */
function quoted(words: readonly string[], prefix: boolean): string {
  return `"${words.join(' ')}"${prefix ? ' *' : ''}`;
}
