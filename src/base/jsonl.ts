/** Cuts a byte stream into lines without ever joining more than one line in memory. */

export interface Line {
  /** Content without the line end; may be a view into the bytes that were pushed. */
  readonly bytes: Buffer;
  /** 1-based. */
  readonly number: number;
  /** Byte offset of the first byte in the stream. */
  readonly offset: number;
  /** False only for a last line that no `\n` closes. */
  readonly terminated: boolean;
}

/** Push-style splitter on LF: feed chunks with `push`, then call `end` once. CR stays in the line. */
export class LineSplitter {
  readonly #onLine: (line: Line) => void;
  #carry: Buffer[] = [];
  #carried = 0;
  #offset = 0;
  #number = 0;

  constructor(onLine: (line: Line) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(0x0a, start);
      if (newline < 0) break;
      this.#emit(chunk.subarray(start, newline), true);
      start = newline + 1;
    }
    if (start < chunk.length) {
      const rest = Buffer.from(chunk.subarray(start));
      this.#carry.push(rest);
      this.#carried += rest.length;
    }
  }

  end(): void {
    if (this.#carried > 0) this.#emit(Buffer.alloc(0), false);
  }

  #emit(tail: Buffer, terminated: boolean): void {
    const bytes = this.#carried === 0 ? tail : Buffer.concat([...this.#carry, tail]);
    this.#carry = [];
    this.#carried = 0;
    this.#number += 1;
    this.#onLine({ bytes, number: this.#number, offset: this.#offset, terminated });
    this.#offset += bytes.length + 1;
  }
}
