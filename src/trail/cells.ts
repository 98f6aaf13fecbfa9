/** Cells of notebooks that agents edited: their lines find their owners by the cell's id, or as the only one of their text. */
import type { FileEdit } from '../record/file-edits.ts';
import { carry } from './carry.ts';
import type { Lines } from './line-owners.ts';
import { type LineTable, NOBODY, type Owned, UNDECIDED, unowned } from './lines.ts';
import { cellsOf, linesIn, type NotebookCell } from './notebook.ts';

type CellEdit = Extract<FileEdit, { readonly op: 'cell' }>;

export class EditedCells {
  readonly #table: LineTable;
  /** Sources of cells as agents left them, by their ids. */
  readonly #known = new Map<string, Owned>();
  /** Sources of new cells, whose ids no log tells. */
  #added: Owned[] = [];

  constructor(table: LineTable) {
    this.#table = table;
  }

  get isEmpty(): boolean {
    return this.#known.size + this.#added.length === 0;
  }

  /** Takes an edit; `state` is the file as it was last known. */
  edit({ cell, mode, text }: CellEdit, owner: number, state: Owned | null): void {
    const ids = this.#idsOf(linesIn(text));
    if (mode === 'insert') this.#added.push({ ids, owners: new Int32Array(ids.length).fill(owner) });
    else if (mode === 'delete') this.#known.delete(cell ?? '');
    else if (cell !== null) {
      const before = this.#known.get(cell) ?? this.#committed(cell, state);
      if (before === null) return;
      this.#known.set(cell, { ids, owners: carry(this.#table, before, ids, owner).owners });
    }
  }

  #committed(cell: string, state: Owned | null): Owned | null {
    const cells = state === null ? null : cellsOf(this.#table.join(state.ids));
    const found = withId(cells, cell);
    return found && unowned(this.#idsOf(found.lines));
  }

  #idsOf(lines: readonly string[]): Int32Array {
    return Int32Array.from(lines, (line) => this.#table.id(line));
  }

  /** Gives lines that a commit brought and nobody owns to the edits of their cells. */
  claim(ids: Int32Array, lines: Lines): void {
    if (this.isEmpty) return;
    const cells = cellsOf(this.#table.join(ids));
    for (const [id, source] of this.#known) this.#claim(withId(cells, id), source, lines);
    for (const source of this.#added) this.#claim(this.#withText(cells, source), source, lines);
  }

  /** Cells that a commit has are told by it from then on: who types such a line again is another. */
  settle(ids: Int32Array): void {
    if (this.isEmpty) return;
    const cells = cellsOf(this.#table.join(ids));
    for (const id of [...this.#known.keys()]) if (withId(cells, id) !== null) this.#known.delete(id);
    this.#added = this.#added.filter((source) => this.#withText(cells, source) === null);
  }

  #withText(cells: readonly NotebookCell[] | null, { ids }: Owned): NotebookCell | null {
    const text = this.#table.join(ids);
    return only(cells, ({ lines }) => lines.map((line) => `${line}\n`).join('') === text);
  }

  #claim(cell: NotebookCell | null, source: Owned, { owners, added }: Lines): void {
    if (cell === null) return;
    const found = carry(this.#table, source, this.#idsOf(cell.lines), NOBODY).owners;
    const claims = new Map<number, number>();
    for (const [at, place] of cell.places.entries()) {
      const known = claims.get(place);
      claims.set(place, known === undefined || known === found[at] ? found[at]! : UNDECIDED);
    }
    for (const [place, owner] of claims)
      if (owner > 0 && added[place] === 1 && owners[place] === NOBODY) owners[place] = owner;
  }
}

function withId(cells: readonly NotebookCell[] | null, id: string): NotebookCell | null {
  return only(cells, (cell) => cell.id === id);
}

/** The one that is so; null for none, and for several. */
function only(
  cells: readonly NotebookCell[] | null,
  isSo: (cell: NotebookCell) => boolean,
): NotebookCell | null {
  const found = (cells ?? []).filter(isSo);
  return found.length === 1 ? found[0]! : null;
}
