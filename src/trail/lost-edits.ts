/** Edits whose file is not known: their text is looked for in what commits add. */
import type { FileEdit } from '../record/file-edits.ts';
import { diffLines } from './diff.ts';
import { type LineTable, NOBODY } from './lines.ts';
import { ownerOf } from './owner.ts';
import type { LinePacker } from './packed-lines.ts';

/** Weight of a line that may be told from others. */
const DISTINCT = 3;
/** Lines of one block that have to be there, when not all of it is: anybody may type one of them again. */
const FEWEST = 2;

/** Blocks are named by their places in a list of lists. */
export interface SavedLostEdits {
  readonly edits: ReadonlyArray<readonly [number: number, blocks: readonly number[]]>;
  readonly cited: number;
}

export class LostEdits {
  readonly #table: LineTable;
  readonly #edits: Array<{ readonly number: number; readonly blocks: readonly Int32Array[] }> = [];
  readonly #cited = new Set<number>();

  constructor(table: LineTable) {
    this.#table = table;
  }

  add({ number, edits }: { readonly number: number; readonly edits: readonly FileEdit[] }): void {
    this.#edits.push({ number, blocks: edits.flatMap((edit) => authoredBlocks(this.#table, edit)) });
    for (const text of edits.flatMap(citedTexts))
      for (const id of this.#table.split(text)) this.#cited.add(id);
  }

  /** Whether a line stood in a file that such an edit saw or left: somebody else may have written it. */
  cites(id: number): boolean {
    return this.#cited.has(id) && this.#table.weight(id) > 0;
  }

  save(packer: LinePacker): SavedLostEdits {
    const lines = (blocks: readonly Int32Array[]): number[] => blocks.map((block) => packer.lines(block));
    return {
      edits: this.#edits.map(({ number, blocks }) => [number, lines(blocks)]),
      cited: packer.lines(Int32Array.from(this.#cited)),
    };
  }

  restore({ edits, cited }: SavedLostEdits, lists: readonly Int32Array[]): void {
    for (const [number, blocks] of edits)
      this.#edits.push({ number, blocks: blocks.map((block) => lists[block]!) });
    for (const id of lists[cited]!) this.#cited.add(id);
  }

  /** Gives lines that a commit added and nobody owns to the edits that wrote them, and no other could have. */
  claim(
    ids: Int32Array,
    { owners, added }: { readonly owners: Int32Array; readonly added: Uint8Array },
  ): void {
    if (this.#edits.length === 0) return;
    const claims = new Int32Array(ids.length);
    for (const { number, blocks } of this.#edits) {
      for (const block of blocks) {
        for (const [at, tier] of this.#found(block, ids, added)) {
          claims[at] = claims[at] === 0 ? ownerOf(number, tier) : -1;
        }
      }
    }
    claims.forEach((owner, at) => {
      if (owner > 0 && owners[at] === NOBODY) owners[at] = owner;
    });
  }

  /** Lines of a block in a text: all of it in one piece, else half of its telling lines, each of which both have once. */
  #found(block: Int32Array, ids: Int32Array, added: Uint8Array): Array<[number, 'exact_range' | 'line_set']> {
    const isAdded = (at: number): boolean => added[at] === 1;
    const starts = occurrences(block, ids);
    const tells = block.some((id) => this.#table.weight(id) === DISTINCT);
    if (starts.length > 0) {
      const [start] = starts;
      const lines = Array.from(block, (_, by) => start! + by);
      if (starts.length > 1 || !tells || !lines.every(isAdded)) return [];
      return lines.map((at) => [at, 'exact_range']);
    }
    const telling = new Set(Array.from(block).filter((id) => this.#table.weight(id) === DISTINCT));
    const lines = Array.from(telling).flatMap((id): Array<[number, 'line_set']> => {
      const at = ids.indexOf(id);
      const single = at >= 0 && ids.indexOf(id, at + 1) < 0 && block.indexOf(id) === block.lastIndexOf(id);
      return single && isAdded(at) ? [[at, 'line_set']] : [];
    });
    return lines.length >= FEWEST && lines.length * 2 >= telling.size ? lines : [];
  }
}

function occurrences(block: Int32Array, ids: Int32Array): number[] {
  const found: number[] = [];
  if (block.length === 0) return found;
  for (let at = ids.indexOf(block[0]!); at >= 0; at = ids.indexOf(block[0]!, at + 1)) {
    if (at + block.length > ids.length) break;
    if (block.every((id, by) => ids[at + by] === id)) found.push(at);
  }
  return found;
}

/** Blocks of lines that an edit wrote anew. */
export function authoredBlocks(table: LineTable, edit: FileEdit): Int32Array[] {
  switch (edit.op) {
    case 'write':
    case 'insert':
      return [table.split(edit.text)];
    case 'replace':
      return edit.replacements.flatMap(({ before, after }) => changed(table, before, after));
    case 'patch':
      return edit.hunks.flatMap(({ lines }) => changed(table, textOf(lines, '+'), textOf(lines, '-')));
    default:
      return [];
  }
}

/** Texts that an edit gives of the file before and after it. */
function citedTexts(edit: FileEdit): string[] {
  switch (edit.op) {
    case 'replace':
      return edit.replacements.flatMap(({ before, after }) => [before, after]);
    case 'patch':
      return edit.hunks.flatMap(({ lines }) => [textOf(lines, '+'), textOf(lines, '-')]);
    default:
      return [];
  }
}

function textOf(
  lines: ReadonlyArray<{ readonly op: string; readonly text: string }>,
  without: string,
): string {
  return lines
    .filter(({ op }) => op !== without)
    .map(({ text }) => `${text}\n`)
    .join('');
}

function changed(table: LineTable, before: string, after: string): Int32Array[] {
  const ids = table.split(after);
  return diffLines(table.split(before), ids)
    .filter(({ b0, b1 }) => b1 > b0)
    .map(({ b0, b1 }) => ids.slice(b0, b1));
}
