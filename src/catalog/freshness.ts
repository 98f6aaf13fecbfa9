/** How far the catalog is behind the journals, said as it is. */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.ts';
import { countPending } from './refresh.ts';
import type { RefreshReport } from './refresh-run.ts';

export interface Freshness {
  readonly stale: boolean;
  /** Null when nothing is missing. */
  readonly stale_reason: string | null;
  /** When the catalog last took something in; null when it never did. */
  readonly built_at: string | null;
  /** Digest of the journal tips it was built from: equal on equal sources. */
  readonly source_hash: string;
  readonly rebuild_recommended: boolean;
  /** Traces still to be indexed. */
  readonly pending: number;
  /** Traces that have records or texts which are damaged or not here. */
  readonly incomplete: number;
}

export function freshnessOf(database: Sqlite, report: RefreshReport): Freshness {
  const pending = countPending(database);
  const reason = reasonOf(report, pending);
  const sql = 'SELECT count(*) AS n FROM traces WHERE gaps > 0';
  return {
    stale: reason !== null,
    stale_reason: reason,
    built_at:
      database.all<{ value: string }>("SELECT value FROM notes WHERE name = 'built_at'")[0]?.value ?? null,
    source_hash: sourceHash(database),
    rebuild_recommended: false,
    pending,
    incomplete: database.all<{ n: number }>(sql)[0]!.n,
  };
}

function reasonOf({ blocked, damaged }: RefreshReport, pending: number): string | null {
  if (blocked === 'locked') return 'another process is writing to the catalog';
  if (blocked === 'unwritable') return 'the catalog cannot be written';
  if (damaged.length > 0) return `${damaged.length} journals cannot be read: run git ot bucket verify`;
  return pending > 0 ? `${pending} traces are not indexed yet: the next query goes on` : null;
}

function sourceHash(database: Sqlite): string {
  const hash = createHash('sha256');
  const rows = database.all<{ remote: string; ref: string; tip: string }>(
    'SELECT remote, ref, tip FROM journals ORDER BY remote, ref',
  );
  for (const { remote, ref, tip } of rows) hash.update(`${remote}\0${ref}\0${tip}\n`);
  return `sha256:${hash.digest('hex')}`;
}
