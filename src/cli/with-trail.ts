/** Opens what questions about lines need: the bucket's shelves, an up-to-date catalog and the code repository. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { type Freshness, freshnessOf } from '../catalog/freshness.ts';
import { refreshCatalog } from '../catalog/refresh.ts';
import { catalogFailure, openCatalog } from '../catalog/store.ts';
import { openReadOnly } from '../git/program/read-only.ts';
import { openTrailRepository, type TrailRepository } from '../trail/repository.ts';
import type { App } from './app.ts';
import { startProgress } from './progress.ts';
import { withShelves } from './with-shelves.ts';

export interface OpenedTrail {
  readonly database: Sqlite;
  readonly shelves: readonly Shelf[];
  readonly repository: TrailRepository;
  readonly freshness: Freshness;
}

/** Throws `OT_NOT_A_REPOSITORY` (exit 2), `OT_NO_BUCKET` (exit 6), and what the catalog throws. */
export async function withTrail<T>(
  app: App,
  quiet: boolean,
  work: (opened: OpenedTrail) => Promise<T>,
): Promise<T> {
  const repository = await openTrailRepository(app.git, app.cwd, (gitDir) => openReadOnly(app.git, gitDir));
  const progress = startProgress(app, 'indexing', quiet);
  try {
    return await withShelves(app, 'git', async ({ shelves }) => {
      const catalog = await openCatalog(app.home);
      try {
        const report = await refreshCatalog(catalog, shelves, {
          now: app.platform.now(),
          onTrace: (done, total) => progress.update(done, total),
        });
        progress.end();
        const { database } = catalog;
        return await work({ database, shelves, repository, freshness: freshnessOf(database, report) });
      } catch (error) {
        throw catalogFailure(catalog.path, error);
      } finally {
        catalog.database.close();
      }
    });
  } finally {
    progress.end();
    void repository.objects.close();
  }
}
