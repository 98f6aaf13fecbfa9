/**
 * A model of an agent's window, kept as plain lists by rules that share no code with the program's. Writers of
 * each agent's format tell it what happens and write the lines that say so.
 */

/** What one step has in a window. */
export interface ModelEntry {
  readonly step: number;
  readonly enters: 'input' | 'output';
  readonly opensTurn: boolean;
  readonly hasReasoning: boolean;
  readonly calls: readonly string[];
  /** Ids of calls of this step whose results were taken out. */
  readonly dropped: readonly string[];
}

/** A text alone: no calls, no reasoning. */
export function textEntry(step: number, enters: 'input' | 'output', opensTurn: boolean): ModelEntry {
  return { step, enters, opensTurn, hasReasoning: false, calls: [], dropped: [] };
}

export interface ExpectedView {
  readonly step: number;
  readonly entries: ReadonlyArray<{
    readonly step: number;
    readonly enters: string;
    readonly reasoning: boolean;
    readonly dropped: readonly string[];
  }>;
}

export interface Answer {
  readonly thinks: boolean;
  readonly says: boolean;
  readonly calls: number;
}

/** A session under way: each method is something that happens in it. */
export interface SessionWriter {
  readonly model: WindowModel;
  prompt(text: string): void;
  answer(answer: Answer): void;
  /** Makes a summary; `keep` messages stay where the agent can keep any. */
  compact(keep: number): void;
  /** Takes the result of a call out of the window, where the agent does. */
  drop?(at: number): void;
  /** Goes back to the `place`-th place of those there are, where the agent can. */
  rewind?(place: number): void;
  bytes(): Buffer;
}

export class WindowModel {
  readonly views: ExpectedView[] = [];
  window: readonly ModelEntry[] = [];
  #steps = 0;
  #calls = 0;

  get steps(): number {
    return this.#steps;
  }

  newCalls(count: number): string[] {
    return Array.from({ length: count }, () => `call_${++this.#calls}`);
  }

  /** A step that enters as input; its view ends with it. */
  input(options: { readonly opensTurn?: boolean } = {}): number {
    this.#steps += 1;
    const { opensTurn = false } = options;
    const entry = {
      step: this.#steps,
      enters: 'input',
      opensTurn,
      hasReasoning: false,
      calls: [],
      dropped: [],
    } as const;
    this.window = [...this.window, entry];
    this.#view();
    return this.#steps;
  }

  /** A model call: its view is what it was given. */
  output(options: { readonly thinks?: boolean; readonly calls?: readonly string[] } = {}): number {
    this.#steps += 1;
    this.#view();
    const { thinks = false, calls = [] } = options;
    const entry = {
      step: this.#steps,
      enters: 'output',
      opensTurn: false,
      hasReasoning: thinks,
      calls,
      dropped: [],
    } as const;
    this.window = [...this.window, entry];
    return this.#steps;
  }

  /** A step that the model never reads. */
  unseen(): number {
    this.#steps += 1;
    this.#view();
    return this.#steps;
  }

  /** A step whose entry its writer has put into the window already, at its place. */
  told(): number {
    return this.unseen();
  }

  #view(): void {
    const turn = this.window.reduce((last, { opensTurn }, at) => (opensTurn ? at : last), -1);
    this.views.push({
      step: this.#steps,
      entries: this.window.map((entry, at) => ({
        step: entry.step,
        enters: entry.enters,
        reasoning: entry.hasReasoning && at > turn,
        dropped: entry.dropped,
      })),
    });
  }
}
