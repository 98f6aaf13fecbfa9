/** Steps that match a text, best first, in traces that pass the filters; or those traces, when no text is given. */
import type { Sqlite, SqliteValue } from '../base/sqlite.ts';
import type { Fact } from './facts.ts';
import { evidenceFacets, facetCondition, type TraceFilter, traceConditions } from './filter.ts';
import { type Inflected, type Match, matchesOf, unwantedExpression } from './match.ts';
import type { QueryText } from './query-text.ts';
import { rerank, type Scored } from './rank.ts';
import { FIELDS, type Field } from './step-text.ts';
import { STEPS_PER_TRACE } from './store.ts';

/** Where a page ended, so that a trace that arrives moves no page: in the order of time that is its last hit. */
export type Place = {
  /** Which of the expressions the first page chose: another one would give other hits. */
  readonly alternative: number;
} /** `upTo`: the newest trace when the first page was made, by its number; later ones are on no page. */ & (
  | { readonly offset: number; readonly upTo: number }
  /** Milliseconds since 1970; of a text row its number, else that of a trace. */
  | { readonly time: number; readonly row: number }
);

export interface SearchOptions {
  readonly text: QueryText;
  readonly filter: TraceFilter;
  readonly sort: 'relevance' | 'time';
  readonly limit: number;
  /** Null for the first page; else what the page before gave, for the same question. */
  readonly after: Place | null;
}

export interface StepHit {
  /** Number of the trace in the catalog. */
  readonly trace: number;
  readonly step: number;
  /** Higher is better; 0 without a text. */
  readonly score: number;
  /** What the step shows of the filter; only without a text. */
  readonly evidence?: Fact;
}

export interface SearchResult {
  readonly hits: readonly StepHit[];
  /** Hits on all pages. */
  readonly total: number;
  /** The expression that was asked, for people who wonder; empty without a text. */
  readonly expression: string;
  /** Null when no hit follows. */
  readonly next: Place | null;
}

/** Weights of the fields: what a person wrote or a path says more than a page of output. */
const WEIGHTS: Readonly<Record<Field, number>> = {
  user: 2,
  agent: 1.5,
  reasoning: 1,
  input: 1.2,
  output: 0.7,
  path: 2,
  note: 0.4,
};
const BM25 = `bm25(${FIELDS.map((field) => WEIGHTS[field]).join(', ')})`;
/** Hits that are ranked again by what surrounds them; a page behind them is in the order of the index. */
const RERANKED = 400;

export function searchSteps(database: Sqlite, options: SearchOptions): SearchResult {
  if (options.text.wanted.length === 0) return listTraces(database, options);
  const matches = matchesOf(database, options.text);
  const find = options.sort === 'time' ? matchByTime : matchByScore;
  const { after, limit } = options;
  let result: SearchResult = { hits: [], total: 0, expression: '', next: null };
  for (let at = 0; at < matches.length; at += 1) {
    if (after !== null && at < Math.min(after.alternative, matches.length - 1)) continue;
    result = find(database, options, matches[at]!, at);
    if (after !== null || result.total >= limit) break;
  }
  return result;
}

function matchByScore(
  database: Sqlite,
  { filter, limit, after }: SearchOptions,
  { expression, inflected }: Match,
  alternative: number,
): SearchResult {
  const { where, values } = traceConditions(filter);
  const place = after !== null && 'offset' in after ? after : { offset: 0, upTo: newestTrace(database) };
  const { offset, upTo } = place;
  const end = offset + limit;
  // Joining costs a look per row: only where something of the trace is asked for.
  const join = where === '' ? '' : TRACE_OF_TEXT;
  const known = after === null ? '' : `AND texts.rowid < ${(upTo + 1) * STEPS_PER_TRACE}`;
  const from = `FROM texts ${join} WHERE ${MATCHES} ${where} ${known}`;
  const rows = database.all<{ id: number; score: number; total: number }>(
    `SELECT texts.rowid AS id, texts.rank AS score, count(*) OVER () AS total ${from} ORDER BY score, texts.rowid LIMIT ?`,
    ...[expression, ...values, Math.max(RERANKED, end)],
  );
  const top = preferExact(database, rows.slice(0, RERANKED), inflected);
  const ranked = rerank(top.map(({ id, score }) => scoredOf(id, -score)));
  const rest = rows.slice(RERANKED).map(({ id, score }) => scoredOf(id, -score));
  const hits = [...ranked, ...rest].slice(offset, end);
  const total = rows[0]?.total ?? 0;
  const next = hits.length > 0 && end < total ? { alternative, offset: end, upTo } : null;
  return { hits, total, expression, next };
}

function newestTrace(database: Sqlite): number {
  return database.all<{ id: number | null }>('SELECT max(id) AS id FROM traces')[0]?.id ?? 0;
}

interface Ranked {
  readonly id: number;
  /** As the index has it: the lower, the better. */
  readonly score: number;
}

/** How much other forms of a word count, of what the word itself counts where it counts least. */
const FORM_WEIGHT = 0.5;
/** Words whose forms are weighed. */
const MOST_INFLECTED = 8;

/** A form that is rarer than the word that was asked must not count for more: `center` where `cents` was asked. */
function preferExact(
  database: Sqlite,
  rows: readonly Ranked[],
  inflected: readonly Inflected[],
): readonly Ranked[] {
  const surplus = new Map<number, number>();
  for (const { exact, forms } of inflected.slice(0, MOST_INFLECTED)) {
    const most = FORM_WEIGHT * Math.min(...scoresOf(database, rows, exact).values());
    for (const [id, score] of scoresOf(database, rows, forms)) {
      if (score > most) surplus.set(id, (surplus.get(id) ?? 0) + score - most);
    }
  }
  return rows.map(({ id, score }) => ({ id, score: score + (surplus.get(id) ?? 0) }));
}

/** What an expression adds to the scores of rows, without those to which it adds nothing; the higher, the better. */
function scoresOf(database: Sqlite, rows: readonly Ranked[], expression: string): Map<number, number> {
  // The sign keeps SQLite from asking the index once for each row.
  const sql = `SELECT texts.rowid AS id, texts.rank AS score FROM texts WHERE ${MATCHES} AND +texts.rowid IN (SELECT value FROM json_each(?))`;
  const found = database.all<Ranked>(sql, expression, JSON.stringify(rows.map(({ id }) => id)));
  return new Map(found.map(({ id, score }) => [id, -score]));
}

function matchByTime(
  database: Sqlite,
  options: SearchOptions,
  { expression }: Match,
  alternative: number,
): SearchResult {
  const { where, values } = traceConditions(options.filter);
  const from = `FROM texts ${TRACE_OF_TEXT} LEFT JOIN step_times s ON s.id = texts.rowid`;
  const sql = `SELECT texts.rowid AS id, texts.rank AS score, coalesce(s.time, t.started, ${NO_TIME}) AS time, count(*) OVER () AS total ${from} WHERE ${MATCHES} ${where}`;
  const { rows, total, next } = newestFirst(database, sql, [expression, ...values], options, alternative);
  return { hits: rows.map(({ id, score }) => scoredOf(id, -score)), total, expression, next };
}

const TRACE_OF_TEXT = `JOIN traces t ON t.id = texts.rowid / ${STEPS_PER_TRACE}`;
const MATCHES = `texts MATCH ? AND texts.rank MATCH '${BM25}'`;
/** Stands for the time of what has none, which comes last. */
const NO_TIME = Number.MIN_SAFE_INTEGER;

interface TimedRow {
  readonly id: number;
  readonly score: number;
  readonly time: number;
  readonly total: number;
}

/** A page of the rows of `sql`, which gives `TimedRow`s; `total` counts the rows of all pages. */
function newestFirst(
  database: Sqlite,
  sql: string,
  values: readonly SqliteValue[],
  { after, limit }: Pick<SearchOptions, 'after' | 'limit'>,
  alternative: number,
): { rows: TimedRow[]; total: number; next: Place | null } {
  const place = after !== null && 'time' in after ? after : null;
  const top = [place?.time ?? Number.MAX_SAFE_INTEGER, place?.row ?? Number.MAX_SAFE_INTEGER];
  const found = database.all<TimedRow>(
    `SELECT * FROM (${sql}) WHERE time < ? OR (time = ? AND id < ?) ORDER BY time DESC, id DESC LIMIT ?`,
    ...[...values, top[0]!, top[0]!, top[1]!, limit + 1],
  );
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const next =
    last === undefined || found.length === rows.length
      ? null
      : { alternative, time: last.time, row: last.id };
  const count = (): number =>
    database.all<{ n: number }>(`SELECT count(*) AS n FROM (${sql})`, ...values)[0]!.n;
  return { rows, total: found[0]?.total ?? count(), next };
}

function scoredOf(id: number, score: number): Scored {
  return { trace: Math.floor(id / STEPS_PER_TRACE), step: id % STEPS_PER_TRACE, score };
}

/** Traces that pass the filters and hold nothing unwanted, newest first, each at the step that shows why. */
function listTraces(database: Sqlite, options: SearchOptions): SearchResult {
  const { unwanted } = options.text;
  const filtered = traceConditions(options.filter);
  const without = `AND t.id NOT IN (SELECT rowid / ${STEPS_PER_TRACE} FROM texts WHERE texts MATCH ?)`;
  const where = `${filtered.where} ${unwanted.length === 0 ? '' : without}`;
  const values = [...filtered.values, ...(unwanted.length === 0 ? [] : [unwantedExpression(unwanted)])];
  const sql = `SELECT t.id, 0 AS score, coalesce(t.started, ${NO_TIME}) AS time, count(*) OVER () AS total FROM traces t WHERE t.tree <> '' ${where}`;
  const { rows, total, next } = newestFirst(database, sql, values, options, 0);
  const hits = rows.map(({ id }) => ({ trace: id, score: 0, ...evidenceIn(database, id, options.filter) }));
  return { hits, total, expression: '', next };
}

/** The step of the trace that shows why it passes the filter, and by what; step 1 where none does. */
function evidenceIn(
  database: Sqlite,
  trace: number,
  filter: TraceFilter,
): Pick<StepHit, 'step' | 'evidence'> {
  for (const facet of evidenceFacets(filter)) {
    const { sql, values } = facetCondition(facet);
    const [column, order] = facet.last === true ? ['last', 'DESC'] : ['step', 'ASC'];
    const [found] = database.all<{ step: number } & Fact>(
      `SELECT f.${column} AS step, v.name, v.value FROM facets f JOIN facet_values v ON v.id = f.value WHERE f.trace = ? AND ${sql} ORDER BY f.${column} ${order} LIMIT 1`,
      ...[trace, ...values],
    );
    if (found !== undefined) {
      return { step: found.step, evidence: { name: found.name, value: found.value } };
    }
  }
  return { step: 1 };
}
