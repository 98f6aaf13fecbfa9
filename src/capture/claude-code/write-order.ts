/**
 * The order in which things happened, where the agent wrote the result of a call before the call itself: newer
 * versions do so now and then, a few lines ahead. Such a result names the call's entry as its parent.
 */
import type { Entry } from '../shared/entry-reader.ts';
import { blocksOf } from './content.ts';

/** Entries a result may be ahead of its call; a log that lacks the call keeps its own order. */
const MOST_AHEAD = 16;

export class WriteOrder {
  readonly #isKnown: (uuid: string) => boolean;
  readonly #read: (entry: Entry) => void;
  readonly #waiting: Entry[] = [];

  /** `isKnown`: whether the entry with this id was read; `read` gets every entry once. */
  constructor(isKnown: (uuid: string) => boolean, read: (entry: Entry) => void) {
    this.#isKnown = isKnown;
    this.#read = read;
  }

  push(entry: Entry): void {
    this.#waiting.push(entry);
    this.#settle(MOST_AHEAD);
  }

  /** Reads what still waits. */
  end(): void {
    this.#settle(0);
  }

  #settle(mostAhead: number): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const call = this.#isEarly(first) ? this.#callOf(first) : undefined;
      if (call === undefined) {
        if (this.#isEarly(first) && this.#waiting.length <= mostAhead) return;
        this.#waiting.shift();
        this.#read(first);
      } else {
        // Calls never wait for anything: this comes to an end.
        this.#waiting.splice(call + 1, 0, first);
        this.#waiting.shift();
      }
    }
  }

  #isEarly({ fields: { type, parentUuid, message } }: Entry): boolean {
    if (type !== 'user' || typeof parentUuid !== 'string' || this.#isKnown(parentUuid)) return false;
    const blocks = blocksOf(message);
    return blocks.length > 0 && blocks.every((block) => block.type === 'tool_result');
  }

  /** Place of the call's entry among those that wait; undefined for none. */
  #callOf({ fields: { parentUuid } }: Entry): number | undefined {
    const at = this.#waiting.findIndex(
      ({ fields }) => fields.uuid === parentUuid && fields.type === 'assistant',
    );
    return at < 0 ? undefined : at;
  }
}
