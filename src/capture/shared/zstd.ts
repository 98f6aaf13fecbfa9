/** Unpacks a zstd stream as it comes, within bounds: hostile streams end early, they never fail the host. */
import { Decompress } from 'fzstd';
import { ZstdFrames } from './zstd-frames.ts';

/** Packed bytes that are unpacked together. */
const BATCH_BYTES = 64 * 1024;
/** A longer line is no line of a session; it would have to be held in memory. */
const MAX_LINE = 64 * 1024 * 1024;
/** Unpacked bytes that any stream may have, and how many more for each packed one. */
const FREE_BYTES = 64 * 1024 * 1024;
const MAX_RATIO = 500;
const NEWLINE = 0x0a;

export class ZstdUnpacker {
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #frames = new ZstdFrames();
  readonly #decoder: Decompress;
  #batch: Buffer = Buffer.alloc(BATCH_BYTES);
  #filled = 0;
  /** Unpacked blocks of the batch at hand: a failure of who takes them is none of the stream. */
  #blocks: Buffer[] = [];
  #packed = 0;
  #unpacked = 0;
  #lineBytes = 0;
  #damaged = false;

  /** `onBytes` gets the unpacked bytes in order. */
  constructor(onBytes: (bytes: Buffer) => void) {
    this.#onBytes = onBytes;
    this.#decoder = new Decompress((bytes) => this.#take(bytes));
  }

  /** True once the stream was found broken, cut off or out of bounds; what came before it was handed out. */
  get damaged(): boolean {
    return this.#damaged;
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#damaged; ) {
      const copied = bytes.copy(this.#batch, this.#filled, at);
      this.#filled += copied;
      at += copied;
      if (this.#filled === BATCH_BYTES) this.#unpack();
    }
  }

  /** After the last byte. */
  end(): void {
    if (!this.#damaged) this.#unpack(true);
    this.#damaged ||= !this.#frames.isComplete;
  }

  /** Unpacks what has been gathered; a new batch begins, because the decoder may keep parts of the old one. */
  #unpack(isLast = false): void {
    const bytes = this.#batch.subarray(0, this.#filled);
    this.#batch = Buffer.alloc(BATCH_BYTES);
    this.#filled = 0;
    this.#packed += bytes.length;
    try {
      this.#frames.check(bytes);
      this.#decoder.push(bytes, isLast);
    } catch {
      this.#damaged = true;
    }
    const blocks = this.#blocks;
    this.#blocks = [];
    for (const block of blocks) this.#onBytes(block);
  }

  #take(block: Uint8Array): void {
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
    this.#unpacked += bytes.length;
    const newline = bytes.lastIndexOf(NEWLINE);
    this.#lineBytes = newline < 0 ? this.#lineBytes + bytes.length : bytes.length - newline - 1;
    const isTooMuch = this.#unpacked > FREE_BYTES + this.#packed * MAX_RATIO;
    if (isTooMuch || this.#lineBytes > MAX_LINE) throw new RangeError('a zstd stream grew beyond its bounds');
    this.#blocks.push(bytes);
  }
}

/** The unpacked bytes of a stream, as far as it is sound. */
export async function* unpackZstd(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let ready: Buffer[] = [];
  const unpacker = new ZstdUnpacker((bytes) => ready.push(bytes));
  for await (const bytes of packed) {
    unpacker.push(bytes);
    yield* ready;
    ready = [];
  }
  unpacker.end();
  yield* ready;
}

/** What the first bytes of a stream unpack to; empty when they hold no whole block. */
export function unpackHead(head: Buffer): { readonly bytes: Buffer; readonly isSound: boolean } {
  const parts: Buffer[] = [];
  const frames = new ZstdFrames();
  const decoder = new Decompress((block) => parts.push(Buffer.from(block)));
  try {
    frames.check(head);
    decoder.push(head);
  } catch {
    return { bytes: Buffer.concat(parts), isSound: false };
  }
  return { bytes: Buffer.concat(parts), isSound: true };
}
