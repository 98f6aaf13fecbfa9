import { filledOf } from './fields.ts';

const MAX_VALUES = 20;

/** Distinct values of one envelope field in order of appearance, and the last one. */
export class SeenValues {
  last: string | null = null;
  readonly #all = new Set<string>();

  add(value: unknown): void {
    if (value === this.last) return;
    const text = filledOf(value);
    if (text === undefined || text.length > 4096) return;
    this.last = text;
    if (this.#all.size < MAX_VALUES) this.#all.add(text);
  }

  /** The values when there was more than one. */
  several(): readonly string[] | undefined {
    return this.#all.size > 1 ? [...this.#all] : undefined;
  }
}
