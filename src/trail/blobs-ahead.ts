/** Blobs of a file's commits: read only where no text at hand is one, and then some of the next with it. */
import type { Oid } from '../git/ports.ts';
import type { BlobIds } from './blob-ids.ts';
import type { BlobLines } from './blob-lines.ts';
import type { FileEvent } from './file-events.ts';

/** Blobs that are read with one that had to be, at most. */
const MOST_AHEAD = 64;

export class BlobsAhead {
  readonly #blobs: BlobLines;
  readonly #ids: BlobIds;
  /** In the order of the commits. */
  readonly #oids: readonly Oid[];
  readonly #places: ReadonlyMap<Oid, number>;
  /** Doubles with every blob that had to be read, since the next will have to be as well. */
  #ahead = 1;

  constructor(blobs: BlobLines, ids: BlobIds, events: readonly FileEvent[]) {
    this.#blobs = blobs;
    this.#ids = ids;
    this.#oids = [...new Set(events.flatMap(({ file }) => file?.entry.oid ?? []))];
    this.#places = new Map(this.#oids.map((oid, at) => [oid, at]));
  }

  /** Like `LedgerSources.blob`. */
  async read(oid: Oid, mayBe: readonly Int32Array[] = []): Promise<Int32Array | null> {
    if (!this.#blobs.has(oid)) {
      const text = this.#ids.textOf(oid, mayBe);
      if (text === null) await this.#readWithNext(oid);
      else this.#take(oid, text);
    }
    return this.#blobs.read(oid);
  }

  #take(oid: Oid, lines: Int32Array): void {
    this.#ahead = 1;
    this.#blobs.put(oid, lines);
  }

  async #readWithNext(oid: Oid): Promise<void> {
    const place = this.#places.get(oid);
    if (place === undefined) return this.#blobs.readAhead([oid]);
    const next = this.#oids.slice(place, place + this.#ahead);
    this.#ahead = Math.min(MOST_AHEAD, this.#ahead * 2);
    return this.#blobs.readAhead(next);
  }
}
