/** Opens what a command reads or writes, and closes it whatever happens. */
import { type Bucket, type Engine, openBucket, openOrCreateBucket } from '../bucket/home.ts';
import { closeShelves, openShelves, type Shelf } from '../bucket/shelves.ts';
import type { App } from './app.ts';
import { type EngineName, openEngine } from './engine.ts';

export interface Opened {
  readonly bucket: Bucket;
  readonly engine: Engine;
}

export interface OpenedShelves extends Opened {
  /** Our own lanes first, then one per pulled remote. */
  readonly shelves: readonly Shelf[];
}

/** An existing bucket, or with `create` one made on first use. Throws `OT_NO_BUCKET` (exit 6). */
export async function withBucket<T>(
  app: App,
  options: { readonly create?: boolean },
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const engine = await openEngine(app, 'git');
  const open = options.create === true ? openOrCreateBucket : openBucket;
  const bucket = await open({ home: app.home, engine, platform: app.platform });
  try {
    return await work({ bucket, engine });
  } finally {
    await bucket.repository.objects.close();
  }
}

/** Everything that can be read: the bucket and what was pulled. */
export async function withShelves<T>(
  app: App,
  engineName: EngineName,
  work: (opened: OpenedShelves) => Promise<T>,
): Promise<T> {
  const opened = await openForReading(app, engineName);
  try {
    return await work(opened);
  } finally {
    // Not awaited: a child that only reads ends by itself, and waiting would cost every command 2 ms.
    void closeShelves(opened.shelves);
  }
}

/** Like {@link withShelves} for a caller that streams; it ends with `closeShelves`. */
export async function openForReading(app: App, engineName: EngineName): Promise<OpenedShelves> {
  const engine = await openEngine(app, engineName);
  const bucket = await openBucket({ home: app.home, engine, platform: app.platform });
  return { bucket, engine, shelves: await openShelves(bucket, engine) };
}
