/**
 * The steps that may still grow. A step gets its number when it is made and leaves in order once `size`
 * younger ones exist; parts for a step that has left are kept as late parts of its number. In a second
 * pass over the same source those are applied just before the step leaves: they came after every part
 * that arrived in time, so the result is that of an unbounded window.
 */
import type { LateParts, ParsedStep } from '../session-source.ts';
import { applyPart, type DraftStep, draftOf, finishStep, type Part, type StepSeed } from './parts.ts';

export interface WindowOptions {
  /** Steps kept open; `Infinity` keeps all. */
  readonly size: number;
  /** Late parts of an earlier pass over the same source. */
  readonly replay: LateParts | undefined;
  readonly onStep: (step: ParsedStep) => void;
}

export class StepWindow {
  readonly #options: WindowOptions;
  readonly #open = new Map<number, DraftStep>();
  readonly #late = new Map<string, Part[]>();
  #count = 0;
  #touched = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** Steps made so far: the number of the last one. */
  get count(): number {
    return this.#count;
  }

  /** Youngest step that was added or grown since {@link restTouch}; 0 for none. */
  get touched(): number {
    return this.#touched;
  }

  restTouch(): void {
    this.#touched = 0;
  }

  /** Opens a step and returns its number, from 1. */
  add(step: StepSeed): number {
    this.#count += 1;
    this.#touched = this.#count;
    this.#open.set(this.#count, draftOf(this.#count, step));
    if (this.#open.size > this.#options.size) this.#emitOldest();
    return this.#count;
  }

  grow(index: number, part: Part): void {
    if (index > this.#touched) this.#touched = index;
    const step = this.#open.get(index);
    if (step) applyPart(step, part);
    else if (this.#options.replay === undefined) this.#keepLate(index, part);
  }

  /** Emits what is still open; the late parts are empty in a second pass. */
  end(): LateParts {
    while (this.#open.size > 0) this.#emitOldest();
    return this.#late;
  }

  #keepLate(index: number, part: Part): void {
    const key = String(index);
    const parts = this.#late.get(key);
    if (parts) parts.push(part);
    else this.#late.set(key, [part]);
  }

  #emitOldest(): void {
    for (const [index, step] of this.#open) {
      this.#open.delete(index);
      const late = (this.#options.replay?.get(String(index)) ?? []) as readonly Part[];
      for (const part of late) applyPart(step, part);
      this.#options.onStep(finishStep(step));
      return;
    }
  }
}
