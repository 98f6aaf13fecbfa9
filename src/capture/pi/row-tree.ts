/**
 * The tree that the rows of a Pi session form. Rows are only ever appended, so every row keeps its place
 * and every step its number, on whatever branch it stands; which branch is the active one is told beside
 * the steps. Rows of version 1 have no ids: each follows the one before it.
 */

/** One branch of the tree: from its tip up to where an earlier listed branch goes on. */
export interface Branch {
  /** Native id of the tip row. */
  readonly leaf: string;
  readonly active: boolean;
  /** Its own steps as first and last of each run, in order. */
  readonly steps: ReadonlyArray<readonly [number, number]>;
  /** Step at which it left the listed branch it grew from; null when it has a root of its own. */
  readonly afterStep: number | null;
}

interface Row {
  readonly id: string;
  /** Number of the parent row, -1 at a root. */
  readonly parent: number;
  /** Messages from the root to here. */
  readonly messages: number;
  /** Last step above this row; null when there is none. */
  readonly above: number | null;
  /** Steps that this very row opened. */
  first: number | null;
  last: number | null;
  isParent: boolean;
}

export class RowTree {
  readonly #rows: Row[] = [];
  readonly #byId = new Map<string, number>();

  get size(): number {
    return this.#rows.length;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Adds a row. `parentId`: null at a root, undefined to follow the row before. False when it dangles. */
  add(id: string | undefined, parentId: string | null | undefined, isMessage: boolean): boolean {
    const known = typeof parentId === 'string' ? this.#byId.get(parentId) : undefined;
    const parent = parentId === undefined ? this.#rows.length - 1 : (known ?? -1);
    const above = this.#rows[parent];
    if (above) above.isParent = true;
    const messages = (above?.messages ?? 0) + (isMessage ? 1 : 0);
    if (id !== undefined) this.#byId.set(id, this.#rows.length);
    const step = above ? (above.last ?? above.above) : null;
    this.#rows.push({
      id: id ?? '',
      parent,
      messages,
      above: step,
      first: null,
      last: null,
      isParent: false,
    });
    return typeof parentId !== 'string' || known !== undefined;
  }

  /** Notes that the newest row opened step `index`. */
  opened(index: number): void {
    const row = this.#rows.at(-1);
    if (!row) return;
    row.first ??= index;
    row.last = index;
  }

  /** Step that the newest row stands under, its own steps aside; null when there is none. */
  stepAbove(): number | null {
    return this.#rows.at(-1)?.above ?? null;
  }

  /** Step that the next one of the newest row follows. */
  stepBefore(): number | null {
    const row = this.#rows.at(-1);
    return row?.last ?? row?.above ?? null;
  }

  /** First step of the row with this id; of a row without one, the step it stands under. */
  stepOf(id: unknown): number | null {
    const at = typeof id === 'string' ? this.#byId.get(id) : undefined;
    return at === undefined ? null : this.stepOfRow(at);
  }

  /** The same for the row at this position, from 0; the header is no row. */
  stepOfRow(at: number): number | null {
    const row = this.#rows[at];
    return row ? (row.first ?? row.above) : null;
  }

  #stepAt(at: number): number | null {
    const row = this.#rows[at];
    return row ? (row.last ?? row.above) : null;
  }

  /**
   * All branches that have steps of their own: the active one first, whole, then the others from the
   * oldest tip to the newest, each with what no branch before it has. Together they hold every step once.
   */
  branches(): Branch[] {
    const tips = this.#rows.flatMap((row, at) => (row.isParent ? [] : [at]));
    const active = this.#activeTip(tips);
    const claimed = new Set<number>();
    const order = [active, ...tips.filter((tip) => tip !== active)];
    return order.filter((tip) => tip >= 0).flatMap((tip) => this.#branchOf(tip, claimed, tip === active));
  }

  /** The tip with most messages above it; of equals the newest. */
  #activeTip(tips: readonly number[]): number {
    let best = -1;
    for (const tip of tips) {
      if (best < 0 || this.#rows[tip]!.messages >= this.#rows[best]!.messages) best = tip;
    }
    return best;
  }

  #branchOf(tip: number, claimed: Set<number>, active: boolean): Branch[] {
    const own: Array<readonly [number, number]> = [];
    let at = tip;
    for (; at >= 0 && !claimed.has(at); at = this.#rows[at]!.parent) {
      claimed.add(at);
      const { first, last } = this.#rows[at]!;
      if (first !== null && last !== null) own.push([first, last]);
    }
    if (own.length === 0) return [];
    const steps = joinRuns(own.reverse());
    return [{ leaf: this.#rows[tip]!.id, active, steps, afterStep: this.#stepAt(at) }];
  }
}

/** Neighbouring runs as one. */
function joinRuns(runs: ReadonlyArray<readonly [number, number]>): Array<readonly [number, number]> {
  const joined: Array<readonly [number, number]> = [];
  for (const [first, last] of runs) {
    const before = joined.at(-1);
    if (before && before[1] + 1 === first) joined[joined.length - 1] = [before[0], last];
    else joined.push([first, last]);
  }
  return joined;
}
