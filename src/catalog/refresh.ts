/** Brings the catalog up to the journals; an up-to-date one costs a look at the refs. */
import { type Sqlite, sqliteFailure } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { changedJournals, outstandingTraces } from './changes.ts';
import { isPurgeDue } from './purge.ts';
import type { RefreshOptions, RefreshReport } from './refresh-run.ts';
import { dueRetries } from './retries.ts';
import { type Catalog, catalogFailure, rollBack } from './store.ts';

/** Throws `OT_DISK_FULL`, `OT_CATALOG_UNWRITABLE`, `OT_CATALOG_DAMAGED`. */
export async function refreshCatalog(
  catalog: Catalog,
  shelves: readonly Shelf[],
  options: RefreshOptions,
): Promise<RefreshReport> {
  const { database, path, home } = catalog;
  try {
    const journals = await changedJournals(database, shelves);
    const isUpToDate = journals.length === 0 && countPending(database) === 0 && !isPurgeDue(database);
    if (isUpToDate && dueRetries(database, home).length === 0) {
      return { traces: 0, pending: 0, damaged: [], blocked: null };
    }
    const { Refresh } = await import('./refresh-run.ts');
    return await new Refresh(catalog, shelves, options).run();
  } catch (error) {
    rollBack(database);
    const blocked = BLOCKED.get(sqliteFailure(error) ?? 'other');
    if (blocked === undefined) throw catalogFailure(path, error);
    const { traces: pending, damaged } = await outstandingTraces(database, shelves);
    return { traces: 0, pending, damaged, blocked };
  }
}

/** Failures that leave an older catalog fit to be searched. */
const BLOCKED: ReadonlyMap<string, 'locked' | 'unwritable'> = new Map([
  ['busy', 'locked'],
  ['unwritable', 'unwritable'],
]);

export function countPending(database: Sqlite): number {
  return database.all<{ n: number }>('SELECT count(*) AS n FROM pending')[0]!.n;
}
