/** `trace query`: the catalog brought up to date, searched, and its hits shown with text from git. */
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { unreadableJournals } from '../bucket/list.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { knownAgents, type TraceFilter } from '../catalog/filter.ts';
import { type Freshness, freshnessOf } from '../catalog/freshness.ts';
import { nothingWanted, parseQueryText, type QueryText, type QueryUnit } from '../catalog/query-text.ts';
import { keepRarest } from '../catalog/rarest.ts';
import { refreshCatalog } from '../catalog/refresh.ts';
import type { RefreshReport } from '../catalog/refresh-run.ts';
import { searchSteps } from '../catalog/search.ts';
import { type Catalog, catalogFailure, openCatalog, removeCatalog } from '../catalog/store.ts';
import { type CandidatePacket, CandidateReader } from './query-candidate.ts';
import { decodeCursor, encodeCursor, type Question } from './query-cursor.ts';
import { Matcher } from './query-excerpt.ts';

/** A text as typed, which may be empty when the filter says something, and what else is asked. */
export interface QueryOptions extends Question {
  readonly home: string;
  readonly limit: number;
  readonly now: () => Date;
  readonly onTrace?: (done: number, total: number) => void;
}

export interface QueryResult {
  readonly source: 'catalog';
  readonly sort: QueryOptions['sort'];
  /** Steps that match on all pages; traces when only filters were given. */
  readonly total: number;
  readonly total_returned: number;
  readonly limit: number;
  readonly has_more: boolean;
  readonly next_cursor: string | null;
  readonly candidates: readonly CandidatePacket[];
  readonly search_diagnostics: {
    readonly expression: string;
    readonly indexed: number;
    /** Agents that there are, when the filter names another one. */
    readonly agents?: readonly string[];
  };
  readonly freshness: Freshness;
  /** Words of a long query that were not looked for, because others are rarer. */
  readonly limitations: ReadonlyArray<{
    readonly code: 'words_left_out';
    readonly count: number;
    readonly words: readonly string[];
  }>;
  /** Refs of journals that cannot be read: what is in them may be missing among the hits. */
  readonly unreadable_journals: readonly string[];
}

/** What a query waits for while the catalog is brought up to date. */
const REFRESH_MS = 10_000;

/**
 * A catalog that turns out damaged is made anew. Throws `OT_QUERY_EMPTY`, `OT_QUERY_SYNTAX`, `OT_BAD_CURSOR`, `OT_CATALOG_NEWER`, `OT_CATALOG_UNWRITABLE`
 * (exit 2), `OT_CATALOG_DAMAGED` (exit 5).
 */
export async function queryTraces(shelves: readonly Shelf[], options: QueryOptions): Promise<QueryResult> {
  const text = parseQueryText(options.text);
  if (text.wanted.length === 0 && saysNothing(options.filter)) {
    throw text.unwanted.length === 0 ? emptyQuery() : nothingWanted();
  }
  try {
    return await queryOnce(shelves, options, text);
  } catch (error) {
    if (!(error instanceof OtError) || error.code !== 'OT_CATALOG_DAMAGED') throw error;
    removeCatalog(options.home);
    return queryOnce(shelves, options, text);
  }
}

async function queryOnce(
  shelves: readonly Shelf[],
  options: QueryOptions,
  text: QueryText,
): Promise<QueryResult> {
  const catalog = await openCatalog(options.home);
  try {
    return await query(catalog, shelves, options, text);
  } catch (error) {
    throw catalogFailure(catalog.path, error);
  } finally {
    catalog.database.close();
  }
}

async function query(
  catalog: Catalog,
  shelves: readonly Shelf[],
  options: QueryOptions,
  typed: QueryText,
): Promise<QueryResult> {
  const { filter, sort, limit, now } = options;
  const start = now();
  const report = await refreshCatalog(catalog, shelves, {
    now: start,
    goOn: () => now().getTime() - start.getTime() < REFRESH_MS,
    ...(options.onTrace === undefined ? {} : { onTrace: options.onTrace }),
  });
  const { database } = catalog;
  const byTime = sort === 'time' || typed.wanted.length === 0;
  const after = decodeCursor(options, byTime);
  const { text, leftOut } = keepRarest(database, typed);
  const { hits, total, expression, next } = searchSteps(database, { text, filter, sort, after, limit });
  const matcher = text.wanted.length === 0 ? null : new Matcher(text);
  const reader = new CandidateReader(database, shelves, hits, matcher);
  const read = await Promise.all(hits.map((hit) => reader.read(hit)));
  const candidates = read.filter((candidate) => candidate !== null);
  return {
    source: 'catalog',
    sort,
    total,
    total_returned: hits.length,
    limit,
    has_more: next !== null,
    next_cursor: next === null ? null : encodeCursor(options, next),
    candidates,
    search_diagnostics: { expression, indexed: report.traces, ...otherAgents(database, filter) },
    freshness: freshnessOf(database, report),
    limitations: limitationsOf(leftOut),
    unreadable_journals: await lostJournals(shelves, report, candidates),
  };
}

function limitationsOf(leftOut: readonly QueryUnit[]): QueryResult['limitations'] {
  if (leftOut.length === 0) return [];
  const words = leftOut.map((unit) => `${unit.words.join(' ')}${unit.kind === 'prefix' ? '*' : ''}`);
  return [{ code: 'words_left_out', count: words.length, words }];
}

function otherAgents(database: Sqlite, { agent }: TraceFilter): { readonly agents?: readonly string[] } {
  if (agent === undefined) return {};
  const agents = knownAgents(database);
  return agents.includes(agent) ? {} : { agents };
}

/** What the refresh found; asked anew where a text is not here, because a catalog outlives what it was made from. */
async function lostJournals(
  shelves: readonly Shelf[],
  { damaged }: RefreshReport,
  candidates: readonly CandidatePacket[],
): Promise<readonly string[]> {
  if (damaged.length > 0) return damaged;
  const isWhole = candidates.every(({ limitations }) => !limitations.includes('text_not_here'));
  return isWhole ? [] : unreadableJournals(shelves);
}

function saysNothing({ facets, ...others }: TraceFilter): boolean {
  return facets.length === 0 && Object.values(others).every((value) => value === undefined);
}

function emptyQuery(): OtError {
  return new OtError('OT_QUERY_EMPTY', 'usage', 'the query names neither a word nor a filter', {
    hint: 'give words to look for, or a filter such as --tool Bash or --since 7d; all traces: git ot trace list',
  });
}
