import { jsonOf } from './fields.ts';

const MAX_ITEMS = 500;
const MAX_LIST_TEXT = 256 * 1024;

/** A list of records that stops growing when it is full and then says how many were left out. */
export class BoundedList {
  readonly items: Array<Record<string, unknown>> = [];
  #dropped = 0;
  #room = MAX_LIST_TEXT;

  add(item: Record<string, unknown>): void {
    const size = jsonOf(item).length;
    if (this.items.length >= MAX_ITEMS || size > this.#room) {
      this.#dropped += 1;
      return;
    }
    this.#room -= size;
    this.items.push(item);
  }

  /** Entries for the metadata bag under `name`; none when the list is empty. */
  entries(name: string): Array<[string, unknown]> {
    if (this.items.length === 0 && this.#dropped === 0) return [];
    const list: [string, unknown] = [name, this.items];
    return this.#dropped === 0 ? [list] : [list, [`${name}_dropped`, this.#dropped]];
  }
}
