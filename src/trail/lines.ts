/** Lines as numbers: equal lines have equal numbers, so that texts are compared and kept cheaply. */

/** Owner of a line nobody is known to have written. */
export const NOBODY = 0;
/** Owner of a line that two alignments would give to different owners: no answer. */
export const UNDECIDED = -1;

/** A text and who wrote each line: a number above 0 is a patch, else {@link NOBODY} or {@link UNDECIDED}. */
export interface Owned {
  readonly ids: Int32Array;
  readonly owners: Int32Array;
}

/** How much a line tells: nothing (blank, only punctuation), little, or much (8 characters or more). */
export type Weight = 0 | 1 | 2 | 3;

const LETTER = /[\p{L}\p{N}]/u;

/** No line holds a line feed: one stands between any two. */
export interface SavedLines {
  readonly texts: string;
  readonly edits: Int32Array;
}

/** Gives lines their numbers. One table for all texts of one file. */
export class LineTable {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [''];
  /** Weight of each line, found when it is first asked for. */
  readonly #weights: Weight[] = [0];
  /** Number of the line without its white space, found when it is first asked for. */
  readonly #bare: number[] = [0];
  /** The only edit that wrote a line, as far as is known; -1 for an everyday line. */
  readonly #edits: number[] = [0];
  /** Number of the text that was last noted, and for each line that of the text it was last in. */
  #note = 0;
  readonly #notes: number[] = [0];
  /** The text that was last put together. */
  #joined: { readonly ids: Int32Array; readonly text: string } | null = null;

  /** Lines of a text, without their ends; a carriage return before a line feed counts as part of the end. */
  split(text: string): Int32Array {
    if (text === '') return new Int32Array(0);
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    const ids = new Int32Array(lines.length);
    for (let at = 0; at < lines.length; at += 1) ids[at] = this.id(lines[at]!);
    return ids;
  }

  id(line: string): number {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#ids.set(text, id);
      this.#texts.push(text);
      this.#notes.push(0);
    }
    return id;
  }

  text(id: number): string {
    return this.#texts[id]!;
  }

  weight(id: number): Weight {
    let weight = this.#weights[id];
    if (weight === undefined) {
      weight = weightOf(this.#texts[id]!);
      this.#weights[id] = weight;
    }
    return this.#edits[id] === -1 ? (Math.min(1, weight) as Weight) : weight;
  }

  /** Whether a line has a letter or digit. */
  isTelling(id: number): boolean {
    return LETTER.test(this.#texts[id]!);
  }

  /** Number of the line without white space; 0 for a blank one. */
  bare(id: number): number {
    let bare = this.#bare[id];
    if (bare === undefined) {
      const text = this.#texts[id]!.replace(/\s+/g, '');
      bare = text === '' ? 0 : this.id(text);
      this.#bare[id] = bare;
    }
    return bare;
  }

  /** Notes a text: a line that stands in it twice tells little. */
  noteText(ids: Int32Array): void {
    this.#note += 1;
    for (let at = 0; at < ids.length; at += 1) {
      const id = ids[at]!;
      if (this.#notes[id] === this.#note) {
        this.#edits[id] = -1;
        this.#edits[this.bare(id)] = -1;
      }
      this.#notes[id] = this.#note;
    }
  }

  /** Notes the lines that an edit, a number above 0, wrote: what several edits wrote tells little. */
  noteEdit(edit: number, ids: Int32Array): void {
    for (const id of ids) {
      note(this.#edits, id, edit);
      note(this.#edits, this.bare(id), edit);
    }
  }

  /** All lines, and for each what is known of the edits that wrote it. */
  save(): SavedLines {
    const edits = Int32Array.from({ length: this.#texts.length }, (_, id) => this.#edits[id] ?? 0);
    return { texts: this.#texts.join('\n'), edits };
  }

  static restore({ texts, edits }: SavedLines): LineTable {
    const table = new LineTable();
    for (const text of texts.split('\n').slice(table.#texts.length)) {
      table.#ids.set(text, table.#texts.length);
      table.#texts.push(text);
      table.#notes.push(0);
    }
    for (let id = 0; id < edits.length; id += 1) table.#edits[id] = edits[id]!;
    return table;
  }

  /** The whole text again, each line with its end. */
  join(ids: Int32Array): string {
    if (this.#joined?.ids === ids) return this.#joined.text;
    let text = '';
    for (const id of ids) text += `${this.#texts[id]!}\n`;
    this.#joined = { ids, text };
    return text;
  }

  /** Takes the whole text of some lines, as {@link join} would give it. */
  putJoined(ids: Int32Array, text: string): void {
    this.#joined = { ids, text };
  }

  /** Where each line begins in the whole text, and where that ends. */
  starts(ids: Int32Array): Int32Array {
    const starts = new Int32Array(ids.length + 1);
    let end = 0;
    for (let at = 0; at < ids.length; at += 1) {
      end += this.#texts[ids[at]!]!.length + 1;
      starts[at + 1] = end;
    }
    return starts;
  }
}

function note(places: number[], id: number, place: number): void {
  const known = places[id] ?? 0;
  if (known === 0) places[id] = place;
  else if (known !== place) places[id] = -1;
}

function weightOf(text: string): Weight {
  if (!LETTER.test(text)) return 0;
  return text.replace(/\s+/g, '').length >= 8 ? 3 : 2;
}

/** A text of which nobody is known to have written a line. */
export function unowned(ids: Int32Array): Owned {
  return { ids, owners: new Int32Array(ids.length) };
}

export function sameLines(left: Int32Array, right: Int32Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}
