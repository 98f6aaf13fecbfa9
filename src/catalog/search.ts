/** Steps that match a text, best first, in traces that pass the filters; or those traces, when no text is given. */
import type { Sqlite } from '../base/sqlite.ts';
import { facetCondition, type TraceFilter, traceConditions } from './filter.ts';
import { matchExpressions } from './match.ts';
import type { QueryText } from './query-text.ts';
import { rerank, type Scored } from './rank.ts';
import { FIELDS, type Field } from './step-text.ts';
import { STEPS_PER_TRACE } from './store.ts';

export interface SearchOptions {
  readonly text: QueryText;
  readonly filter: TraceFilter;
  readonly sort: 'relevance' | 'time';
  readonly offset: number;
  readonly limit: number;
}

export interface StepHit {
  /** Number of the trace in the catalog. */
  readonly trace: number;
  readonly step: number;
  /** Higher is better; 0 without a text. */
  readonly score: number;
}

export interface SearchResult {
  readonly hits: readonly StepHit[];
  /** Hits on all pages. */
  readonly total: number;
  /** The expression that was asked, for people who wonder; empty without a text. */
  readonly expression: string;
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
  const expressions = matchExpressions(database, options.text);
  let result: SearchResult = { hits: [], total: 0, expression: '' };
  for (const expression of expressions) {
    result = matchSteps(database, options, expression);
    if (result.total >= options.offset + options.limit) break;
  }
  return result;
}

function matchSteps(database: Sqlite, options: SearchOptions, expression: string): SearchResult {
  const { where, values } = traceConditions(options.filter);
  const { offset, limit, sort } = options;
  // Joining costs a look per row: only where something of the trace is asked for.
  const join =
    where === '' && sort === 'relevance' ? '' : `JOIN traces t ON t.id = texts.rowid / ${STEPS_PER_TRACE}`;
  const from = `FROM texts ${join} WHERE texts MATCH ? AND texts.rank MATCH '${BM25}' ${where}`;
  const order =
    sort === 'time' ? 't.started IS NULL, t.started DESC, texts.rowid DESC' : 'score, texts.rowid';
  const window = sort === 'time' ? offset + limit : Math.max(RERANKED, offset + limit);
  const rows = database.all<{ id: number; score: number; total: number }>(
    `SELECT texts.rowid AS id, texts.rank AS score, count(*) OVER () AS total ${from} ORDER BY ${order} LIMIT ?`,
    ...[expression, ...values, window],
  );
  const scored = rows.map(({ id, score }) => scoredOf(id, -score));
  const ranked = sort === 'time' ? scored : [...rerank(scored.slice(0, RERANKED)), ...scored.slice(RERANKED)];
  return { hits: ranked.slice(offset, offset + limit), total: rows[0]?.total ?? 0, expression };
}

function scoredOf(id: number, score: number): Scored {
  return { trace: Math.floor(id / STEPS_PER_TRACE), step: id % STEPS_PER_TRACE, score };
}

/** Traces that pass the filters, newest first, each at the step that shows why. */
function listTraces(database: Sqlite, { filter, offset, limit }: SearchOptions): SearchResult {
  const { where, values } = traceConditions(filter);
  const rows = database.all<{ id: number; total: number }>(
    `SELECT t.id, count(*) OVER () AS total FROM traces t WHERE t.tree <> '' ${where} ORDER BY t.started IS NULL, t.started DESC, t.trace_id LIMIT ? OFFSET ?`,
    ...[...values, limit, offset],
  );
  const hits = rows.map(({ id }) => ({ trace: id, step: evidenceStep(database, id, filter), score: 0 }));
  return { hits, total: rows[0]?.total ?? 0, expression: '' };
}

/** First step of the trace that a facet of the filter names; 1 when the filter names none. */
function evidenceStep(database: Sqlite, trace: number, { facets }: TraceFilter): number {
  for (const facet of facets) {
    const { sql, values } = facetCondition(facet);
    const from = 'FROM facets f JOIN facet_values v ON v.id = f.value';
    const rows = database.all<{ step: number | null }>(
      `SELECT min(f.step) AS step ${from} WHERE f.trace = ? AND ${sql}`,
      ...[trace, ...values],
    );
    const step = rows[0]?.step;
    if (step !== null && step !== undefined) return step;
  }
  return 1;
}
