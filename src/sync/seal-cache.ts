/**
 * Which raw tip each sealed tip was made from: lets a push skip what has not changed. Derived and local;
 * without it everything is sealed again and, being deterministic, comes out the same.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { makeFolders } from '../base/folders.ts';
import type { Platform } from '../base/platform.ts';
import type { Oid } from '../git/ports.ts';

const CacheFile = z.object({
  version: z.literal(1),
  journals: z.record(z.string(), z.object({ raw: z.string(), sealed: z.string() })),
});

export class SealCache {
  readonly #home: string;
  readonly #journals: Map<string, { raw: Oid; sealed: Oid }>;

  private constructor(home: string, journals: Map<string, { raw: Oid; sealed: Oid }>) {
    this.#home = home;
    this.#journals = journals;
  }

  /** An absent or unreadable cache is an empty one. */
  static async load(home: string): Promise<SealCache> {
    try {
      const parsed = CacheFile.parse(JSON.parse(await readFile(cachePath(home), 'utf8')));
      return new SealCache(home, new Map(Object.entries(parsed.journals)));
    } catch {
      return new SealCache(home, new Map());
    }
  }

  /** Raw tip that `sealed` was made from, or null when that is not known. */
  sealedFrom(ref: string, sealed: Oid | null): Oid | null {
    const known = this.#journals.get(ref);
    return known !== undefined && known.sealed === sealed ? known.raw : null;
  }

  remember(ref: string, raw: Oid, sealed: Oid): void {
    this.#journals.set(ref, { raw, sealed });
  }

  /** Writes the entries of one policy; a cache that cannot be written is no cache. */
  async save(platform: Platform, policyDigest: string): Promise<void> {
    const kept = [...this.#journals].filter(([ref]) => ref.split('/')[3] === policyDigest);
    const text = JSON.stringify({ version: 1, journals: Object.fromEntries(kept) });
    const draft = join(this.#home, 'cache', `tmp_seal_${platform.randomHex(4)}.json`);
    try {
      makeFolders(join(this.#home, 'cache'), 0o700);
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, cachePath(this.#home));
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }
}

function cachePath(home: string): string {
  return join(home, 'cache', 'seal.json');
}
