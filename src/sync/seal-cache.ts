/**
 * Which raw tip each sealed tip was made from, and what sealed traces hold in numbers: lets a push skip what has
 * not changed. Derived and local; without it everything is sealed or counted again and comes out the same.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { makeFolders } from '../base/folders.ts';
import type { Platform } from '../base/platform.ts';
import type { Oid } from '../git/ports.ts';
import type { SealedContent } from './sealed-content.ts';

const CacheFile = z.object({
  version: z.literal(1),
  journals: z.record(z.string(), z.object({ raw: z.string(), sealed: z.string() })),
  /** By tree of the sealed trace, newest last. */
  contents: z.optional(
    z.record(z.string(), z.object({ bytes: z.int(), replaced: z.record(z.string(), z.int()) })),
  ),
});

/** The newest are kept: about 150 bytes each. */
const MAX_CONTENTS = 10_000;

export class SealCache {
  readonly #home: string;
  readonly #journals: Map<string, { raw: Oid; sealed: Oid }>;
  readonly #contents: Map<Oid, SealedContent>;

  private constructor(home: string, { journals, contents = {} }: Omit<z.infer<typeof CacheFile>, 'version'>) {
    this.#home = home;
    this.#journals = new Map(Object.entries(journals));
    this.#contents = new Map(Object.entries(contents));
  }

  /** An absent or unreadable cache is an empty one. */
  static async load(home: string): Promise<SealCache> {
    try {
      const parsed = CacheFile.parse(JSON.parse(await readFile(cachePath(home), 'utf8')));
      return new SealCache(home, parsed);
    } catch {
      return new SealCache(home, { journals: {} });
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

  /** What the sealed trace of this tree holds, when that is known. */
  contentOf(tree: Oid): SealedContent | null {
    return this.#contents.get(tree) ?? null;
  }

  rememberContent(tree: Oid, { bytes, replaced }: SealedContent): void {
    this.#contents.delete(tree);
    this.#contents.set(tree, { bytes, replaced });
  }

  /** Writes the entries of one policy; a cache that cannot be written is no cache. */
  async save(platform: Platform, policyDigest: string): Promise<void> {
    const kept = [...this.#journals].filter(([ref]) => ref.split('/')[3] === policyDigest);
    const contents = Object.fromEntries([...this.#contents].slice(-MAX_CONTENTS));
    const text = JSON.stringify({ version: 1, journals: Object.fromEntries(kept), contents });
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
