/**
 * Cuts a source into chunks at line ends (DESIGN §3): each chunk is the longest run of whole lines of at
 * most {@link CHUNK_BYTES}; a longer line is cut at that size. A chunk depends only on the bytes from its
 * start to its window's end, so a file that grows keeps every chunk but its last.
 */
import { CHUNK_BYTES } from '../bucket/layout.ts';

/** Push-style: feed bytes, receive chunks in order; `end` gives the last one. A chunk may be a view into fed bytes. */
export class Chunker {
  readonly #onChunk: (chunk: Buffer) => void;
  #rest: Buffer[] = [];
  #size = 0;

  constructor(onChunk: (chunk: Buffer) => void) {
    this.#onChunk = onChunk;
  }

  push(bytes: Buffer): void {
    if (this.#size + bytes.length <= CHUNK_BYTES) {
      this.#keep(bytes);
      return;
    }
    const data = this.#size === 0 ? bytes : Buffer.concat([...this.#rest, bytes]);
    let start = 0;
    while (data.length - start > CHUNK_BYTES) {
      const end = cutEnd(data, start);
      this.#onChunk(data.subarray(start, end));
      start = end;
    }
    this.#rest = [];
    this.#size = 0;
    this.#keep(data.subarray(start));
  }

  end(): void {
    if (this.#size > 0) this.#onChunk(Buffer.concat(this.#rest));
    this.#rest = [];
    this.#size = 0;
  }

  /** A copy, because the caller may use its buffer again. */
  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#rest.push(Buffer.from(bytes));
    this.#size += bytes.length;
  }
}

/** End of the chunk that starts at `start`; more than {@link CHUNK_BYTES} bytes follow it. */
function cutEnd(data: Buffer, start: number): number {
  const window = data.subarray(start, start + CHUNK_BYTES);
  const newline = window.lastIndexOf(0x0a);
  return newline < 0 ? start + CHUNK_BYTES : start + newline + 1;
}
