/** Opens what questions about lines need: the bucket's shelves, an up-to-date catalog and the code repository. */
import type { Sqlite } from '../base/sqlite.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { type Freshness, freshnessOf } from '../catalog/freshness.ts';
import { refreshCatalog } from '../catalog/refresh.ts';
import { catalogFailure, openCatalog } from '../catalog/store.ts';
import { ProgramObjectReader } from '../git/program/reader.ts';
import { readAlgorithm } from '../git/repository-format.ts';
import { openTrailRepository, type TrailRepository } from '../trail/repository.ts';
import { cachedRoots } from '../trail/root-cache.ts';
import type { App } from './app.ts';
import { startProgress } from './progress.ts';
import { withShelves } from './with-shelves.ts';

export interface OpenedTrail {
  readonly database: Sqlite;
  readonly shelves: readonly Shelf[];
  readonly repository: TrailRepository;
  readonly freshness: Freshness;
}

export interface TrailPlace {
  /** Tells no progress. */
  readonly quiet: boolean;
  /** A folder of the code repository; without it the current one. */
  readonly folder?: string;
}

/** Throws `OT_NOT_A_REPOSITORY` (exit 2), `OT_NO_BUCKET` (exit 6), and what the catalog throws. */
export async function withTrail<T>(
  app: App,
  { quiet, folder = app.cwd }: TrailPlace,
  work: (opened: OpenedTrail) => Promise<T>,
): Promise<T> {
  const opening = beginRepository(app, folder);
  const progress = startProgress(app, 'indexing', quiet);
  try {
    return await withShelves(app, 'git', async ({ shelves }) => {
      const catalog = await openCatalog(app.home);
      try {
        opening.giveCatalog(catalog.database);
        const report = await refreshCatalog(catalog, shelves, {
          now: app.platform.now(),
          onTrace: (done, total) => progress.update(done, total),
        });
        const repository = await opening.repository;
        progress.end();
        const { database } = catalog;
        return await work({ database, shelves, repository, freshness: freshnessOf(database, report) });
      } catch (error) {
        throw catalogFailure(catalog.path, error);
      } finally {
        catalog.database.close();
      }
    });
  } catch (error) {
    opening.fail(error);
    // Being in no repository is told before anything else that is wrong.
    await opening.repository;
    throw error;
  } finally {
    progress.end();
    void opening.repository.then(
      ({ objects }) => objects.close(),
      () => undefined,
    );
  }
}

interface Opening {
  readonly repository: Promise<TrailRepository>;
  readonly giveCatalog: (database: Sqlite) => void;
  readonly fail: (error: unknown) => void;
}

/** The repository is looked at while the bucket and its catalog are opened. */
function beginRepository({ git }: App, folder: string): Opening {
  let giveCatalog: Opening['giveCatalog'] = () => undefined;
  let fail: Opening['fail'] = () => undefined;
  const database = new Promise<Sqlite>((resolve, reject) => {
    giveCatalog = resolve;
    fail = reject;
  });
  const repository = openTrailRepository({
    git,
    folder,
    open: async (gitDir) => ({ objects: new ProgramObjectReader(git, gitDir, readAlgorithm(gitDir)) }),
    rootsOf: async (gitDir, head) => cachedRoots(await database, { git, gitDir, head }),
  });
  for (const promise of [database, repository]) promise.catch(() => undefined);
  return { repository, giveCatalog, fail };
}
