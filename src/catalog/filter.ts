/** Conditions on whole traces, as SQL with its values. */
import type { Sqlite, SqliteValue } from '../base/sqlite.ts';
import type { FacetName } from './facts.ts';

/** At least one fact of these names whose value matches one of the patterns (`*`, `?`, `[a-z]`), whatever its case. */
export interface FacetFilter {
  readonly names: readonly FacetName[];
  readonly patterns: readonly string[];
}

/**
 * Patterns of a path as git takes them: `*` goes across folders, a folder means all below it, and what is no
 * absolute path may begin below any folder, since agents name files by their whole path.
 */
export function pathPatterns(typed: string): string[] {
  const path = typed.replace(/^\.\//, '').replace(/\/$/, '');
  const starts = path.startsWith('/') || path.startsWith('*') ? [path] : [path, `*/${path}`];
  return starts.flatMap((start) => [start, `${start}/*`]);
}

export interface TraceFilter {
  /** Project ids or names, any of them. */
  readonly projects?: readonly string[];
  readonly agent?: string;
  /** Part of the name of a model that spoke in it, or in a sub-agent it started. */
  readonly model?: string;
  /** All of them must hold. */
  readonly facets: readonly FacetFilter[];
  readonly committed?: boolean;
  /** False: known to have failed. */
  readonly success?: boolean;
  /** Milliseconds since 1970: still active then or later; begun before or then. */
  readonly since?: number;
  readonly until?: number;
}

/** Conditions on `traces t`, each behind an `AND`. */
export function traceConditions(filter: TraceFilter): { where: string; values: SqliteValue[] } {
  const conditions: string[] = [];
  const values: SqliteValue[] = [];
  const add = (condition: string, ...given: SqliteValue[]): void => {
    conditions.push(`AND ${condition}`);
    values.push(...given);
  };
  if (filter.projects !== undefined) {
    const marks = filter.projects.map(() => '?').join(', ');
    add(
      `(t.project_id IN (${marks}) OR t.project_name IN (${marks}))`,
      ...filter.projects,
      ...filter.projects,
    );
  }
  if (filter.agent !== undefined) add('t.agent = ?', filter.agent);
  if (filter.model !== undefined) {
    const { sql, values: given } = facetCondition(modelFacet(filter.model));
    const spoke = tracesWith(sql);
    const above = `SELECT c.parent FROM traces c WHERE c.id IN (${spoke}) UNION SELECT p.parent FROM traces p JOIN above ON p.trace_id = above.id`;
    add(
      `(t.id IN (${spoke}) OR t.trace_id IN (WITH RECURSIVE above (id) AS (${above}) SELECT id FROM above))`,
      ...[...given, ...given],
    );
  }
  if (filter.committed !== undefined) add('t.committed = ?', Number(filter.committed));
  if (filter.success !== undefined) add('t.success = ?', Number(filter.success));
  if (filter.since !== undefined) add('coalesce(t.ended, t.started) >= ?', filter.since);
  if (filter.until !== undefined) add('coalesce(t.started, t.ended) <= ?', filter.until);
  for (const facet of filter.facets) {
    const { sql, values: given } = facetCondition(facet);
    if (!facet.names.includes('dependency.pinned')) add(`t.id IN (${tracesWith(sql)})`, ...given);
    else {
      const sets = `SELECT p.pin_set FROM facet_values v JOIN pins p ON p.value = v.id WHERE ${sql}`;
      add(`(t.id IN (${tracesWith(sql)}) OR t.pin_set IN (${sets}))`, ...[...given, ...given]);
    }
  }
  return { where: conditions.join(' '), values };
}

function tracesWith(condition: string): string {
  return `SELECT f.trace FROM facet_values v JOIN facets f ON f.value = v.id WHERE ${condition}`;
}

function modelFacet(part: string): FacetFilter {
  return { names: ['model.name'], patterns: [`*${part}*`] };
}

/** A package by its name, or by `name@version`, installed by a command or pinned by a lock file. */
export function dependencyFacet(typed: string): FacetFilter {
  const names = ['dependency.name', 'dependency.version', 'dependency.pinned'] as const;
  return { names, patterns: [typed, `${typed}@*`] };
}

/**
 * Facets that show why a trace passes, the plainest first: its first step with one of them stands for it, of
 * `last` its last one.
 */
export function evidenceFacets(filter: TraceFilter): readonly (FacetFilter & { readonly last?: boolean })[] {
  const { facets, model, committed, success } = filter;
  const result = success === true ? 'passed' : 'failed';
  return [
    ...facets,
    ...(committed === true ? [{ names: ['commit.sha'] as const, patterns: ['*'] }] : []),
    ...(success === undefined ? [] : [{ names: ['test.result'] as const, patterns: [result], last: true }]),
    ...(model === undefined ? [] : [modelFacet(model)]),
  ];
}

/** Agents of all traces. */
export function knownAgents(database: Sqlite): string[] {
  const rows = database.all<{ agent: string }>('SELECT DISTINCT agent FROM traces ORDER BY agent');
  return rows.map(({ agent }) => agent);
}

/** Condition on `facet_values v`. */
export function facetCondition({ names, patterns }: FacetFilter): { sql: string; values: SqliteValue[] } {
  const marks = names.map(() => '?').join(', ');
  const globs = patterns.map(() => 'lower(v.value) GLOB lower(?)').join(' OR ');
  return { sql: `v.name IN (${marks}) AND (${globs})`, values: [...names, ...patterns] };
}
