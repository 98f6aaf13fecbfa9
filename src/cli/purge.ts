/** What `setup uninstall --purge` deletes beside what setup put somewhere: all that was captured, and caches. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { purgeHome, purgeList } from '../bucket/purge.ts';
import { aloneIn } from './alone.ts';
import type { App } from './app.ts';
import { purgeCodeCache } from './purge-cache.ts';

/** Whoever waited for our lock, or ran a hook as it went, has looked again by then, in milliseconds. */
const SETTLE_MS = 400;
const MOST_PASSES = 3;

/** Paths that go. Throws what {@link purgeList} throws. */
export async function purgePlan(app: App): Promise<string[]> {
  return [...(await purgeList(app.home)), ...(await purgeCodeCache(cacheBase(app), true))];
}

/**
 * Deletes them once `before` is done, under the lock of the bucket and with no drain at work. Throws
 * `OT_DRAIN_AT_WORK` or `OT_BUCKET_LOCKED` (exit 7) when it cannot have them in a minute: nothing was done then.
 */
export async function purgeAll<T>(app: App, before: () => Promise<T>): Promise<T> {
  const result = await aloneIn(app, async () => {
    const done = await before();
    await purgeHome(app.home);
    return done;
  });
  await purgeCodeCache(cacheBase(app), false);
  for (let pass = 2; pass <= MOST_PASSES && (await isBack(app)); pass += 1) {
    await aloneIn(app, () => purgeHome(app.home));
  }
  return result;
}

/** True when somebody who was at it made something of ours again. */
async function isBack({ home, platform }: App): Promise<boolean> {
  await platform.sleep(SETTLE_MS);
  return existsSync(home) && (await purgeList(home)).length > 0;
}

function cacheBase(app: App): string {
  return app.setting('XDG_CACHE_HOME') ?? join(app.userHome, '.cache');
}
