/** `bucket rebuild --substrate catalog`: the catalog made anew from the journals. */
import { statSync } from 'node:fs';
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { refreshCatalog } from './refresh.ts';
import type { RefreshOptions } from './refresh-run.ts';
import { foldLog, openCatalog, removeCatalog } from './store.ts';

export interface RebuiltCatalog {
  readonly path: string;
  readonly traces: number;
  readonly steps: number;
  /** UTF-8 bytes of the texts that can be searched. */
  readonly text_bytes: number;
  /** Size of the file. */
  readonly bytes: number;
  /** Records and texts that are damaged or not here. */
  readonly gaps: number;
  /** Journals that cannot be read. */
  readonly damaged: readonly string[];
}

/** Deletes the catalog, of any version, and builds it. Throws like `openCatalog` and `refreshCatalog`. */
export async function rebuildCatalog(
  home: string,
  shelves: readonly Shelf[],
  options: RefreshOptions,
): Promise<RebuiltCatalog> {
  removeCatalog(home);
  const catalog = await openCatalog(home);
  const { database, path } = catalog;
  try {
    const { damaged } = await refreshCatalog(catalog, shelves, options);
    // One segment instead of many: smaller, and faster to search.
    database.exec("INSERT INTO texts (texts) VALUES ('optimize'); VACUUM");
    foldLog(database);
    return { path, ...countRows(database), bytes: statSync(path).size, damaged };
  } finally {
    database.close();
  }
}

function countRows(database: Sqlite): Pick<RebuiltCatalog, 'traces' | 'steps' | 'text_bytes' | 'gaps'> {
  const sql =
    'SELECT count(*) AS traces, coalesce(sum(steps), 0) AS steps, coalesce(sum(text_bytes), 0) AS text_bytes, coalesce(sum(gaps), 0) AS gaps FROM traces';
  return { ...database.all<Pick<RebuiltCatalog, 'traces' | 'steps' | 'text_bytes' | 'gaps'>>(sql)[0]! };
}
