/** How the catalog is, without changing it: what `git ot doctor` tells. */
import { existsSync } from 'node:fs';
import { openSqlite, type Sqlite, sqliteFailure } from '../base/sqlite.ts';
import { journalTips, type Shelf } from '../bucket/shelves.ts';
import { outstandingTraces } from './changes.ts';
import { CATALOG_VERSION, catalogPath } from './store.ts';

export interface CatalogState {
  readonly path: string;
  /** `missing`: there are traces and no catalog. `older` and `stale` are brought up by the next query, which also makes one that is missing. */
  readonly state: 'current' | 'missing' | 'older' | 'stale' | 'newer' | 'damaged' | 'unreadable';
  /** Traces that a query would have to index first; 0 unless `stale`. */
  readonly outstanding: number;
}

/** Looks at the whole file, so that damage is found before a query meets it. Never throws over the catalog. */
export async function examineCatalog(home: string, shelves: readonly Shelf[]): Promise<CatalogState> {
  const path = catalogPath(home);
  if (!existsSync(path)) {
    const journals = (await Promise.all(shelves.map(journalTips))).flat();
    return { path, state: journals.length === 0 ? 'current' : 'missing', outstanding: 0 };
  }
  let database: Sqlite | undefined;
  try {
    database = await openSqlite(path, { readonly: true });
    database.exec('PRAGMA busy_timeout = 2000');
    return { path, ...(await stateOf(database, shelves)) };
  } catch (error) {
    const failure = sqliteFailure(error);
    if (failure === null) throw error;
    return { path, state: failure === 'corrupt' ? 'damaged' : 'unreadable', outstanding: 0 };
  } finally {
    database?.close();
  }
}

async function stateOf(
  database: Sqlite,
  shelves: readonly Shelf[],
): Promise<Pick<CatalogState, 'state' | 'outstanding'>> {
  const version = Number(database.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version ?? 0);
  if (version > CATALOG_VERSION) return { state: 'newer', outstanding: 0 };
  const [check] = database.all<{ quick_check: string }>('PRAGMA quick_check(1)');
  if (check?.quick_check !== 'ok') return { state: 'damaged', outstanding: 0 };
  if (version < CATALOG_VERSION) return { state: 'older', outstanding: 0 };
  const { traces } = await outstandingTraces(database, shelves);
  return { state: traces === 0 ? 'current' : 'stale', outstanding: traces };
}
