/** Ids that texts of one file have as blobs (SHA-1), each found once. */
import type { Oid } from '../git/ports.ts';
import { isText } from './blob-lines.ts';
import type { LineTable } from './lines.ts';
import { blobIdOf } from './read-edits.ts';

interface Ids {
  readonly whole: Oid;
  /** Without the last line's end; null before it was asked for. */
  open: Oid | null;
}

export class BlobIds {
  readonly #table: LineTable;
  readonly #known = new WeakMap<Int32Array, Ids>();

  constructor(table: LineTable) {
    this.#table = table;
  }

  /** Whether lines, with a line feed behind each or behind all but the last, are that blob. */
  isBlob(ids: Int32Array, blob: Oid): boolean {
    let known = this.#known.get(ids);
    if (known === undefined) {
      known = { whole: blobIdOf(this.#table.join(ids)), open: null };
      this.#known.set(ids, known);
    }
    if (known.whole === blob) return true;
    known.open ??= blobIdOf(this.#table.join(ids).slice(0, -1));
    return known.open === blob;
  }

  /**
   * The first of the texts that is the blob, as a text of its own: alignments of another are older than what is known
   * of lines since. None for data: what stands in the code repository as data has no lines.
   */
  textOf(blob: Oid, mayBe: readonly Int32Array[]): Int32Array | null {
    const ids = mayBe.find((each) => this.isBlob(each, blob) && this.#hasAllLines(each, blob));
    const text = ids === undefined ? null : this.#table.join(ids);
    if (ids === undefined || text === null || !isText(text)) return null;
    const own = ids.slice();
    this.#table.putJoined(own, text);
    this.#known.set(own, this.#known.get(ids)!);
    return own;
  }

  /** Without its end, a last line that is blank is no line. */
  #hasAllLines(ids: Int32Array, blob: Oid): boolean {
    return this.#known.get(ids)!.whole === blob || this.#table.text(ids.at(-1) ?? 0) !== '';
  }
}
