/** Opens the bucket for a command that writes, and closes it whatever happens. */
import { type Bucket, type Engine, openBucket, openOrCreateBucket } from '../bucket/home.ts';
import type { App } from './app.ts';
import { writingEngine } from './writing-engine.ts';

export interface Opened {
  readonly bucket: Bucket;
  readonly engine: Engine;
}

/** An existing bucket, or with `create` one made on first use. Throws `OT_NO_BUCKET` (exit 6). */
export async function withBucket<T>(
  app: App,
  options: { readonly create?: boolean },
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const engine = writingEngine(app);
  const open = options.create === true ? openOrCreateBucket : openBucket;
  const bucket = await open({ home: app.home, engine, platform: app.platform });
  try {
    return await work({ bucket, engine });
  } finally {
    await bucket.repository.objects.close();
  }
}
