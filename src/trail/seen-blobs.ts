/** Blobs of a file that commits left, with the owners of their lines, in the order in which they were first met. */
import type { Oid } from '../git/ports.ts';
import type { Owned } from './lines.ts';

export class SeenBlobs {
  readonly #owned = new Map<Oid, Owned>();
  readonly #order: Oid[] = [];

  get all(): ReadonlyMap<Oid, Owned> {
    return this.#owned;
  }

  get(oid: Oid): Owned | undefined {
    return this.#owned.get(oid);
  }

  set(oid: Oid, owned: Owned): void {
    if (!this.#owned.has(oid)) this.#order.push(oid);
    this.#owned.set(oid, owned);
  }

  /** The last of those that are wanted, the newest first. */
  last(most: number, isWanted: (oid: Oid) => boolean = () => true): Owned[] {
    const found: Owned[] = [];
    for (let at = this.#order.length - 1; at >= 0 && found.length < most; at -= 1) {
      const oid = this.#order[at]!;
      if (isWanted(oid)) found.push(this.#owned.get(oid)!);
    }
    return found;
  }
}
