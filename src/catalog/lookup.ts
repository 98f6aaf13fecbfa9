/** What the catalog knows of a trace, by its number. */
import type { Sqlite } from '../base/sqlite.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';

export interface TraceInfo {
  readonly trace_id: string;
  /** Name of the remote it was read from, empty for our own. */
  readonly remote: string;
  readonly ref: string;
  readonly tree: string;
  readonly agent: string;
  readonly model: string | null;
  readonly project_id: string;
  readonly project_name: string;
  readonly parent: string | null;
  readonly title: string | null;
  readonly intent: string | null;
  /** Milliseconds since 1970. */
  readonly started: number | null;
  readonly ended: number | null;
  readonly steps: number;
  readonly success: number | null;
  readonly committed: number;
  readonly gaps: number;
}

export interface FacetCount {
  readonly name: string;
  readonly value: string;
  /** First step it holds at. */
  readonly step: number;
  readonly count: number;
}

/** Null when the trace is gone. */
export function traceInfo(database: Sqlite, trace: number): TraceInfo | null {
  const sql = 'SELECT t.*, j.remote, j.ref FROM traces t JOIN journals j ON j.id = t.journal WHERE t.id = ?';
  return database.all<TraceInfo>(sql, trace)[0] ?? null;
}

/** Object id of the segment file that holds a step. */
export function segmentOid(database: Sqlite, trace: number, step: number): string | null {
  const first = Math.floor((step - 1) / SEGMENT_STEPS) * SEGMENT_STEPS + 1;
  const sql = 'SELECT oid FROM segments WHERE trace = ? AND first = ?';
  return database.all<{ oid: string }>(sql, trace, first)[0]?.oid ?? null;
}

/** Facts of a trace, the most frequent first; at most `limit`. */
export function facetsOf(database: Sqlite, trace: number, limit: number): FacetCount[] {
  const sql =
    'SELECT v.name, v.value, min(f.step) AS step, sum(f.count) AS count FROM facets f JOIN facet_values v ON v.id = f.value WHERE f.trace = ? GROUP BY v.id ORDER BY sum(f.count) DESC, min(f.step), v.name, v.value LIMIT ?';
  return database.all<FacetCount>(sql, trace, limit);
}
