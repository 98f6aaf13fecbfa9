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
  /** Part of a model's name. */
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
  if (filter.model !== undefined) add("lower(t.model) GLOB '*' || lower(?) || '*'", filter.model);
  if (filter.committed !== undefined) add('t.committed = ?', Number(filter.committed));
  if (filter.success !== undefined) add('t.success = ?', Number(filter.success));
  if (filter.since !== undefined) add('coalesce(t.ended, t.started) >= ?', filter.since);
  if (filter.until !== undefined) add('coalesce(t.started, t.ended) <= ?', filter.until);
  for (const facet of filter.facets) {
    const { sql, values: given } = facetCondition(facet);
    add(
      `t.id IN (SELECT f.trace FROM facet_values v JOIN facets f ON f.value = v.id WHERE ${sql})`,
      ...given,
    );
  }
  return { where: conditions.join(' '), values };
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
