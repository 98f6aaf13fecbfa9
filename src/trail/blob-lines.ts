/** Lines of blobs of a code repository, read once. */
import type { ObjectReader, Oid } from '../git/ports.ts';
import type { LineTable } from './lines.ts';

/** Larger blobs are taken for data. */
const MOST_BYTES = 32 * 1024 * 1024;
/** How far git looks for a zero byte, which text has not. */
const HEAD_BYTES = 8000;

export class BlobLines {
  readonly #objects: ObjectReader;
  readonly #table: LineTable;
  readonly #known = new Map<Oid, Int32Array | null>();

  constructor(objects: ObjectReader, table: LineTable) {
    this.#objects = objects;
    this.#table = table;
  }

  /** Null for a blob that is missing, binary or too large. */
  async read(oid: Oid): Promise<Int32Array | null> {
    let lines = this.#known.get(oid);
    if (lines === undefined) {
      lines = await this.#load(oid);
      this.#known.set(oid, lines);
    }
    return lines;
  }

  async #load(oid: Oid): Promise<Int32Array | null> {
    if (oid.length !== (this.#objects.algorithm === 'sha1' ? 40 : 64)) return null;
    const info = await this.#objects.info(oid);
    if (info === null || info.type !== 'blob' || info.size > MOST_BYTES) return null;
    const found = await this.#objects.read(oid);
    if (found === null || found.data.subarray(0, HEAD_BYTES).includes(0)) return null;
    const ids = this.#table.split(found.data.toString('utf8'));
    this.#table.noteText(ids);
    return ids;
  }
}
