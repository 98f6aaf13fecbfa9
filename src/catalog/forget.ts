/** Forgets at once what no journal holds any more, instead of at the next query. */
import { existsSync } from 'node:fs';
import type { Shelf } from '../bucket/shelves.ts';
import { isPurgeDue } from './purge.ts';
import { refreshCatalog } from './refresh.ts';
import { catalogPath, openCatalog, removeCatalog } from './store.ts';

/** How long traces that are new meanwhile are taken in beside. */
const REFRESH_MS = 10_000;

/** Where the catalog cannot be purged it is deleted: it is derived. */
export async function forgetGone(home: string, shelves: readonly Shelf[], now: () => Date): Promise<void> {
  if (!existsSync(catalogPath(home))) return;
  try {
    const catalog = await openCatalog(home);
    const start = now();
    const goOn = (): boolean => now().getTime() - start.getTime() < REFRESH_MS;
    try {
      const { blocked } = await refreshCatalog(catalog, shelves, { now: start, goOn });
      if (blocked === null && !isPurgeDue(catalog.database)) return;
    } finally {
      catalog.database.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  removeCatalog(home);
}
