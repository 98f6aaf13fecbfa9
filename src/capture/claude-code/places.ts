/** Where each entry of a session stands among the steps, so that a chain of entries gives a chain of steps. */
import type { Fields } from '../shared/fields.ts';

export class Places {
  readonly #places = new Map<string, number>();
  /** Entries in front of all steps whose chain leads out of this source: it begins in the middle of a conversation. */
  readonly #cut = new Set<string>();
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

  has(uuid: string): boolean {
    return this.#places.has(uuid);
  }

  /** True for an entry whose chain of parents leads to one that is not in this source before it meets a step. */
  isCut({ parentUuid }: Fields): boolean {
    return typeof parentUuid === 'string' && (!this.#places.has(parentUuid) || this.#cut.has(parentUuid));
  }

  /**
   * Notes an entry that was read; `touched` is the youngest step it added to, 0 for none. An entry that is no
   * part of any step stands where its parent stands, else behind all steps so far (`count`).
   */
  note(fields: Fields, touched: number, count: number): void {
    const { uuid, parentUuid } = fields;
    if (typeof uuid !== 'string' || this.#places.has(uuid)) return;
    if (touched === 0 && this.isCut(fields)) this.#cut.add(uuid);
    const above = typeof parentUuid === 'string' ? this.#places.get(parentUuid) : undefined;
    this.#places.set(uuid, Math.max(above ?? (touched > 0 ? 0 : count), touched));
  }
}
