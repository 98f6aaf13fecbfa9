/**
 * Follows the frames of a zstd stream (RFC 8878) without unpacking them, so that a frame that asks for more
 * memory than we give is refused before anything is allocated for it.
 */

/** Window of a frame: what unpacking it holds in memory. Agents write 2 MiB or the size of the file. */
const MAX_WINDOW = 64 * 1024 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const RLE_BLOCK = 1;

/** True when the bytes begin a zstd frame. */
export function isZstd(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32LE(0) === MAGIC;
}

export class ZstdFrames {
  /** Bytes of the header at hand: of a frame, or of a block in it. */
  #head: number[] = [];
  #isInFrame = false;
  #hasChecksum = false;
  /** Bytes of a block, checksum or skippable frame still to pass. */
  #skip = 0;

  /** Looks at the next bytes of the stream. Throws `RangeError` at what is no frame or asks for too much. */
  check(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.length - at);
        this.#skip -= passed;
        at += passed;
      } else {
        this.#head.push(bytes[at]!);
        at += 1;
        if (this.#isInFrame) this.#readBlock();
        else this.#readFrame();
      }
    }
  }

  /** True when the stream may end here. */
  get isComplete(): boolean {
    return !this.#isInFrame && this.#skip === 0 && this.#head.length === 0;
  }

  #readFrame(): void {
    const head = Buffer.from(this.#head);
    if (head.length < 5) return;
    const magic = head.readUInt32LE(0);
    if (magic >>> 4 === SKIPPABLE) this.#skipFrame(head);
    else if (magic !== MAGIC) throw new RangeError('not a zstd frame');
    else if (head.length === headerLength(head[4]!)) this.#beginFrame(head);
  }

  #skipFrame(head: Buffer): void {
    if (head.length < 8) return;
    this.#skip = head.readUInt32LE(4);
    this.#head = [];
  }

  #beginFrame(head: Buffer): void {
    if (windowOf(head) > MAX_WINDOW) throw new RangeError('the window of a zstd frame is too large');
    this.#hasChecksum = (head[4]! & 4) !== 0;
    this.#isInFrame = true;
    this.#head = [];
  }

  #readBlock(): void {
    if (this.#head.length < 3) return;
    const [low = 0, middle = 0, high = 0] = this.#head;
    const size = (low >> 3) | (middle << 5) | (high << 13);
    const isLast = (low & 1) !== 0;
    this.#skip = (((low >> 1) & 3) === RLE_BLOCK ? 1 : size) + (isLast && this.#hasChecksum ? 4 : 0);
    this.#isInFrame = !isLast;
    this.#head = [];
  }
}

/** Length of a frame's header by its descriptor, magic included. */
function headerLength(descriptor: number): number {
  const isSingle = (descriptor >> 5) & 1;
  const windowBytes = 1 - isSingle;
  return 5 + windowBytes + DICTIONARY_BYTES[descriptor & 3]! + contentBytes(descriptor);
}

function contentBytes(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 ? (descriptor >> 5) & 1 : 1 << flag;
}

/** Window in bytes; a frame of a single segment has that of its content. */
function windowOf(head: Buffer): number {
  const descriptor = head[4]!;
  if (((descriptor >> 5) & 1) === 0) {
    const base = 2 ** (10 + (head[5]! >> 3));
    return base + (base / 8) * (head[5]! & 7);
  }
  const bytes = contentBytes(descriptor);
  const at = head.length - bytes;
  if (bytes === 8) return head.readUInt32LE(at) + head.readUInt32LE(at + 4) * 2 ** 32;
  return bytes === 2 ? head.readUInt16LE(at) + 256 : head.readUIntLE(at, bytes);
}
