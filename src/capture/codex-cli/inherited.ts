/**
 * History that a forked thread took over: its log repeats the lines of its origin, from that one's header on, all
 * written at one moment under their new time. They were seen in this session, and done in another.
 */
import { filledOf, timeOf } from '../shared/fields.ts';
import type { RolloutEntry } from './lines.ts';

/** Lines of a copy follow each other within this time; a model takes longer to answer. */
const LONGEST_PAUSE_MS = 100;

export class InheritedHistory {
  #origin: string | undefined;
  #state: 'before' | 'in' | 'after' = 'before';
  #last = Number.NaN;

  /** Whether this line repeats one of the origin; lines are told in their order, each once. */
  has(entry: RolloutEntry): boolean {
    const time = Date.parse(timeOf(entry.fields.timestamp) ?? '');
    if (this.#state === 'before' && entry.kind === 'session_meta') this.#readHeader(entry);
    else if (this.#state === 'in' && !(Math.abs(time - this.#last) <= LONGEST_PAUSE_MS))
      this.#state = 'after';
    this.#last = time;
    return this.#state === 'in';
  }

  #readHeader({ payload }: RolloutEntry): void {
    if (this.#origin === undefined) this.#origin = filledOf(payload.forked_from_id) ?? '';
    else if (payload.id === this.#origin) this.#state = 'in';
  }
}
