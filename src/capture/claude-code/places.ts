/** Where each entry of a session stands among the steps, so that a chain of entries gives a chain of steps. */
import type { Fields } from '../shared/fields.ts';

export class Places {
  readonly #places = new Map<string, number>();
  #chained = false;

  /**
   * Step that an entry follows; null when it begins a conversation anew, undefined when it names no entry of
   * this source. A boundary of a compaction names what it continues as its logical parent. In a session whose
   * entries name no parents at all nothing begins anew.
   */
  parentStepOf({ parentUuid, logicalParentUuid }: Fields): number | null | undefined {
    if (typeof parentUuid === 'string') {
      this.#chained = true;
      return this.#places.get(parentUuid);
    }
    if (typeof logicalParentUuid === 'string') return this.#places.get(logicalParentUuid);
    return parentUuid === null && this.#chained ? null : undefined;
  }

  /**
   * Notes an entry that was read; `touched` is the youngest step it added to, 0 for none. An entry that is no
   * part of any step stands where its parent stands, else behind all steps so far (`count`).
   */
  note({ uuid, parentUuid }: Fields, touched: number, count: number): void {
    if (typeof uuid !== 'string' || this.#places.has(uuid)) return;
    const above = typeof parentUuid === 'string' ? this.#places.get(parentUuid) : undefined;
    this.#places.set(uuid, Math.max(above ?? (touched > 0 ? 0 : count), touched));
  }
}
