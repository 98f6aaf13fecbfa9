/** Lines of blobs of a code repository, read once. */
import type { ObjectReader, Oid } from '../git/ports.ts';
import type { LineTable } from './lines.ts';

/** Larger blobs are taken for data. */
const MOST_BYTES = 32 * 1024 * 1024;
/** How far git looks for a zero byte, which text has not. */
const HEAD_BYTES = 8000;

/** Whether a text would be taken for one as a blob. */
export function isText(text: string): boolean {
  return Buffer.byteLength(text) <= MOST_BYTES && !text.slice(0, HEAD_BYTES).includes('\0');
}

/** Bytes of blobs asked for at once. */
const MOST_AHEAD = 16 * 1024 * 1024;

export class BlobLines {
  readonly #objects: ObjectReader;
  readonly #table: LineTable;
  readonly #known = new Map<Oid, Int32Array | null>();
  readonly #noted = new Set<Oid>();

  constructor(objects: ObjectReader, table: LineTable) {
    this.#objects = objects;
    this.#table = table;
  }

  /** Whether a blob's lines, or that it has none, are known without reading. */
  has(oid: Oid): boolean {
    return this.#known.has(oid);
  }

  /** Takes lines as those of a blob. */
  put(oid: Oid, lines: Int32Array): void {
    this.#known.set(oid, lines);
  }

  /** Null for a blob that is missing, binary or too large. */
  async read(oid: Oid): Promise<Int32Array | null> {
    if (!this.#known.has(oid)) await this.readAhead([oid]);
    const lines = this.#known.get(oid)!;
    if (lines !== null && !this.#noted.has(oid)) this.#table.noteText(lines);
    this.#noted.add(oid);
    return lines;
  }

  /** Reads blobs that will be asked for, many at a time. */
  async readAhead(oids: Iterable<Oid>): Promise<void> {
    const wanted = [...new Set(oids)].filter((oid) => !this.#known.has(oid));
    const sizes = await Promise.all(wanted.map((oid) => this.#sizeOf(oid)));
    let reading: Promise<void>[] = [];
    let bytes = 0;
    for (const [at, oid] of wanted.entries()) {
      const size = sizes[at]!;
      if (size === null) this.#known.set(oid, null);
      else reading.push(this.#load(oid));
      bytes += size ?? 0;
      if (bytes < MOST_AHEAD) continue;
      await Promise.all(reading);
      reading = [];
      bytes = 0;
    }
    await Promise.all(reading);
  }

  /** Null for what cannot be read as text of this repository. */
  async #sizeOf(oid: Oid): Promise<number | null> {
    if (oid.length !== (this.#objects.algorithm === 'sha1' ? 40 : 64)) return null;
    const info = await this.#objects.info(oid);
    return info === null || info.type !== 'blob' || info.size > MOST_BYTES ? null : info.size;
  }

  async #load(oid: Oid): Promise<void> {
    const found = await this.#objects.read(oid);
    const isText = found !== null && !found.data.subarray(0, HEAD_BYTES).includes(0);
    this.#known.set(oid, isText ? this.#table.split(found.data.toString('utf8')) : null);
  }
}
