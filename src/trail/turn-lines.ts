/** Lines that commands of a turn wrote: between its prompt and its end nothing else in the work tree can have. */
import type { LedgerTurn, State } from './ledger-state.ts';
import type { Alignments, Lines } from './line-owners.ts';
import { NOBODY, type Owned, unowned } from './lines.ts';

/** What a text is told by: when it was there, and all that the file may have been before. */
export interface TurnView {
  readonly time: number;
  readonly others: () => readonly Owned[];
}

export class OpenTurns {
  readonly #alignments: Alignments;
  /** Lines that somebody else may have written. */
  readonly #isDoubtful: (id: number) => boolean;
  /** By work tree and path. */
  readonly #turns = new Map<string, LedgerTurn>();

  constructor(alignments: Alignments, isDoubtful: (id: number) => boolean) {
    this.#alignments = alignments;
    this.#isDoubtful = isDoubtful;
  }

  begin(key: string, turn: LedgerTurn): void {
    this.#turns.set(key, turn);
  }

  /** A state as it was seen in the work tree, with the lines that commands of the turn wrote. */
  seen(key: string, state: State, view: TurnView): State {
    const turn = this.#turnAt(key, view.time);
    if (turn === null) return state;
    const owners = state.owners.slice();
    this.#own(turn, state.ids, owners, view);
    return { ...state, owners };
  }

  /** Of lines that a commit brought only those that the turn ended with: others may be from elsewhere. */
  committed(keys: readonly string[], ids: Int32Array, lines: Lines, view: TurnView): void {
    for (const key of keys) {
      const turn = this.#turnAt(key, view.time);
      if (turn === null || turn.after === null) continue;
      const owners = lines.owners.slice();
      this.#own(turn, ids, owners, view);
      const { added } = this.#alignments.of(unowned(turn.after), ids);
      for (let at = 0; at < ids.length; at += 1)
        if (lines.added[at] === 1 && added[at] === 0) lines.owners[at] = owners[at]!;
    }
  }

  #turnAt(key: string, time: number): LedgerTurn | null {
    const turn = this.#turns.get(key);
    return turn === undefined || time > turn.until ? null : turn;
  }

  /** Lines that nobody owns and that stood nowhere before belong to the last step whose commands came before. */
  #own({ steps }: LedgerTurn, ids: Int32Array, owners: Int32Array, { time, others }: TurnView): void {
    const step = steps.findLast((each) => each.time <= time);
    if (step === undefined) return;
    const open = new Set<number>();
    for (let at = 0; at < ids.length; at += 1)
      if (owners[at] === NOBODY && !this.#isDoubtful(ids[at]!)) open.add(at);
    for (const other of others()) {
      if (open.size === 0) return;
      const { added } = this.#alignments.of(other, ids);
      for (const at of open) if (added[at] === 0) open.delete(at);
    }
    for (const at of open) owners[at] = step.owner();
  }
}
