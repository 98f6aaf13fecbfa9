/** What a session tells of a model's context beside its messages, handed on when it changes. */
import type { FactLayer, LayerValue } from '../../record/context.ts';
import type { ParsedContextFact } from '../session-source.ts';

/** Keys one layer may have: a session that names more is not followed further. */
const MAX_KEYS = 5000;
const MAX_KEY_UNITS = 1000;

export class ContextNotes {
  readonly #last = new Map<string, string>();
  readonly #emit: (fact: ParsedContextFact) => void;

  constructor(emit: ((fact: ParsedContextFact) => void) | undefined) {
    this.#emit = emit ?? (() => undefined);
  }

  /** `step`: from which on the value holds; steps never go back. A value that is the one before is no news. */
  note(step: number, layer: FactLayer, key: string, value: LayerValue): void {
    if (key.length > MAX_KEY_UNITS) return;
    const name = `${layer}\0${key}`;
    const text = JSON.stringify(value);
    if (this.#last.get(name) === text) return;
    if (!this.#last.has(name) && this.#last.size >= MAX_KEYS) return;
    this.#last.set(name, text);
    this.#emit({ step, layer, key, value });
  }
}
