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
  /** What may be missing among the hits for that; null when nothing is incomplete. */
  readonly incomplete_reason: string | null;
  /** The command that brings what is missing, or tells what it is. The next query takes it in, without a rebuild. */
  readonly incomplete_fix: string | null;
}

export function freshnessOf(database: Sqlite, report: RefreshReport): Freshness {
  const pending = report.blocked === null ? countPending(database) : report.pending;
  const reason = reasonOf(report, pending);
  const { incomplete, fix } = incompleteTraces(database);
  return {
    stale: reason !== null,
    stale_reason: reason,
    built_at:
      database.all<{ value: string }>("SELECT value FROM notes WHERE name = 'built_at'")[0]?.value ?? null,
    source_hash: sourceHash(database),
    rebuild_recommended: false,
    pending,
    incomplete,
    incomplete_reason:
      incomplete === 0
        ? null
        : `parts of ${incomplete} trace${incomplete === 1 ? '' : 's'} are damaged or not here: they cannot be found`,
    incomplete_fix: fix,
  };
}

function reasonOf({ blocked, damaged }: RefreshReport, pending: number): string | null {
  const behind = pending === 0 ? '' : `: ${pending} traces are not indexed yet`;
  if (blocked === 'locked') return `another process is writing to the catalog${behind}`;
  if (blocked === 'unwritable') return `the catalog cannot be written${behind}`;
  if (damaged.length > 0) return `${damaged.length} journals cannot be read: run git ot bucket verify`;
  return pending > 0 ? `${pending} traces are not indexed yet: the next query goes on` : null;
}

/** A pull brings what is missing of one remote; of anything else `verify` tells where it is. */
function incompleteTraces(database: Sqlite): { incomplete: number; fix: string | null } {
  const rows = database.all<{ remote: string | null; n: number }>(
    'SELECT j.remote, count(*) AS n FROM traces t LEFT JOIN journals j ON j.id = t.journal WHERE t.gaps > 0 GROUP BY j.remote',
  );
  const incomplete = rows.reduce((sum, { n }) => sum + n, 0);
  if (incomplete === 0) return { incomplete, fix: null };
  const remote = rows.length === 1 ? rows[0]!.remote : null;
  return {
    incomplete,
    fix: remote ? `git ot bucket remote pull ${remote} --again` : 'git ot bucket verify --full',
  };
}

function sourceHash(database: Sqlite): string {
  const hash = createHash('sha256');
  const rows = database.all<{ remote: string; ref: string; tip: string }>(
    'SELECT remote, ref, tip FROM journals ORDER BY remote, ref',
  );
  for (const { remote, ref, tip } of rows) hash.update(`${remote}\0${ref}\0${tip}\n`);
  return `sha256:${hash.digest('hex')}`;
}
