/** What the catalog knows of a trace, by its number. */
import { shortId } from '../base/short-ids.ts';
import type { Sqlite } from '../base/sqlite.ts';

export interface TraceInfo {
  readonly trace_id: string;
  /** As few of its first characters as tell it from every other trace. */
  readonly short_id: string;
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

/** A segment file of a trace, and what it tells of other segments' steps. */
export interface IndexedSegment {
  /** Number of its first step. */
  readonly first: number;
  readonly oid: string;
  /** Its last step with a request of a person, and the last one in which the model says something. */
  readonly prompt: number | null;
  readonly said: number | null;
}

export interface FacetCount {
  readonly name: string;
  readonly value: string;
  /** First step it holds at. */
  readonly step: number;
  readonly count: number;
}

/** All that is wanted of some traces, asked in as few statements as there are tables. */
export class TraceLookup {
  readonly #infos: ReadonlyMap<number, TraceInfo>;
  readonly #facets: ReadonlyMap<number, readonly FacetCount[]>;
  readonly #segments: ReadonlyMap<number, readonly IndexedSegment[]>;

  /** `wanted` are numbers of traces, with repetitions; of each trace at most `facets` facts. */
  constructor(database: Sqlite, wanted: readonly number[], facets: number) {
    const traces = [...new Set(wanted)];
    this.#infos = readInfos(database, traces);
    this.#facets = readFacets(database, traces, facets);
    this.#segments = readSegments(database, traces);
  }

  /** Null when the trace is gone. */
  info(trace: number): TraceInfo | null {
    return this.#infos.get(trace) ?? null;
  }

  /** Facts of a trace, the most frequent first. */
  facets(trace: number): readonly FacetCount[] {
    return this.#facets.get(trace) ?? [];
  }

  /** Its segments in order. */
  segments(trace: number): readonly IndexedSegment[] {
    return this.#segments.get(trace) ?? [];
  }
}

function readInfos(database: Sqlite, traces: readonly number[]): Map<number, TraceInfo> {
  const rows = database.all<
    Omit<TraceInfo, 'short_id'> & { id: number; before: string | null; after: string | null }
  >(
    `SELECT t.*, j.remote, j.ref, ${NEIGHBOURS} FROM traces t JOIN journals j ON j.id = t.journal WHERE t.id IN (${marks(traces)})`,
    ...traces,
  );
  return new Map(
    rows.map((row) => {
      const others = [row.before ?? '', row.after ?? ''];
      return [row.id, { ...row, short_id: shortId(row.trace_id, others) }];
    }),
  );
}

const NEIGHBOURS =
  '(SELECT max(o.trace_id) FROM traces o WHERE o.trace_id < t.trace_id) AS before, (SELECT min(o.trace_id) FROM traces o WHERE o.trace_id > t.trace_id) AS after';

function readFacets(database: Sqlite, traces: readonly number[], limit: number): Map<number, FacetCount[]> {
  const grouped = `SELECT f.trace, f.value AS id, min(f.step) AS step, sum(f.count) AS count FROM facets f WHERE f.trace IN (${marks(traces)}) GROUP BY f.trace, f.value`;
  const placed = `SELECT *, row_number() OVER (PARTITION BY trace ORDER BY count DESC, step, id) AS place FROM (${grouped})`;
  const rows = database.all<FacetCount & { trace: number }>(
    `SELECT p.trace, v.name, v.value, p.step, p.count FROM (${placed}) p JOIN facet_values v ON v.id = p.id WHERE p.place <= ? ORDER BY p.trace, p.place`,
    ...[...traces, limit],
  );
  const found = new Map<number, FacetCount[]>();
  for (const { trace, ...facet } of rows) {
    const facets = found.get(trace) ?? [];
    facets.push(facet);
    found.set(trace, facets);
  }
  return found;
}

function readSegments(database: Sqlite, traces: readonly number[]): Map<number, IndexedSegment[]> {
  const rows = database.all<IndexedSegment & { trace: number }>(
    `SELECT trace, first, oid, prompt, said FROM segments WHERE trace IN (${marks(traces)}) ORDER BY trace, first`,
    ...traces,
  );
  const found = new Map<number, IndexedSegment[]>();
  for (const { trace, ...segment } of rows) {
    const segments = found.get(trace) ?? [];
    segments.push(segment);
    found.set(trace, segments);
  }
  return found;
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
