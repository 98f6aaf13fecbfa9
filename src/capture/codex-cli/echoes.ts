/**
 * Versions of the agent write what is said twice, as a response item and as an event, in either order. The
 * n-th event of a kind goes with the n-th item: they are told apart by place, never by text, so that a
 * sealed copy gives the same steps. Events whose item never comes are what the session says.
 */

/** Events kept until their items come; more stand for themselves at once. */
const MAX_WAITING = 64;

export class Echoes<T> {
  readonly #waiting: T[] = [];
  #items = 0;

  /** Notes an event; returns what has to be told now because too much waits. */
  event(said: T): T | undefined {
    if (this.#items > 0) {
      this.#items -= 1;
      return undefined;
    }
    this.#waiting.push(said);
    return this.#waiting.length > MAX_WAITING ? this.#waiting.shift() : undefined;
  }

  /** Notes `count` items. */
  item(count = 1): void {
    const paired = Math.min(count, this.#waiting.length);
    this.#waiting.splice(0, paired);
    this.#items += count - paired;
  }

  /** Events whose items have not come; they will not come any more. */
  takeWaiting(): T[] {
    return this.#waiting.splice(0);
  }

  /** What had no item; forgets everything. */
  settle(): T[] {
    this.#items = 0;
    return this.#waiting.splice(0);
  }
}
