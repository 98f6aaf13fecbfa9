/** Opens everything that can be read, and closes it whatever happens. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bucket, type Engine, openBucket } from '../bucket/home.ts';
import { closeShelves, openShelves, type Shelf } from '../bucket/shelves.ts';
import type { App } from './app.ts';
import { type EngineName, readingEngine } from './engine.ts';

export interface OpenedShelves {
  readonly bucket: Bucket;
  readonly engine: Engine;
  /** Our own lanes first, then one per pulled remote. */
  readonly shelves: readonly Shelf[];
}

/** Throws `OT_NO_BUCKET` (exit 6) when there is none. */
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
  await takeLeftovers(app);
  const engine = await readingEngine(app, engineName);
  const bucket = await openBucket({ home: app.home, engine, platform: app.platform });
  return { bucket, engine, shelves: await openShelves(bucket, engine) };
}

/** Nearly always there is nothing, and then the code that drains is not even loaded. */
async function takeLeftovers(app: App): Promise<void> {
  if (!hasNotes(app.home)) return;
  const { drainLeftovers } = await import('./drain.ts');
  await drainLeftovers(app);
}

function hasNotes(home: string): boolean {
  try {
    return readdirSync(join(home, 'spool')).some((name) => /^(event|tmp)-/.test(name));
  } catch {
    return false;
  }
}
