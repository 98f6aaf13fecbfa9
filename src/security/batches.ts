/** Cuts a byte stream into batches of whole lines, and works on several of them at once, in order. */

/** A batch ends at the first line end at or after so many bytes; a longer line is a batch of its own. */
const BATCH_BYTES = 256 * 1024;
const LINE_END = 0x0a;

/** The batches of a stream. Where they end follows from the bytes alone, not from how they come in. */
export async function* batchesOf(
  parts: AsyncIterable<Buffer>,
  size: number = BATCH_BYTES,
): AsyncIterable<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const part of parts) {
    let start = 0;
    for (;;) {
      const end = part.indexOf(LINE_END, Math.max(start, start + size - length - 1));
      if (end < 0) break;
      yield joined(held, part.subarray(start, end + 1));
      held = [];
      length = 0;
      start = end + 1;
    }
    // What arrives may be a view that its reader uses again.
    if (start < part.length) held.push(Buffer.from(part.subarray(start)));
    length += part.length - start;
  }
  if (length > 0) yield joined(held, Buffer.alloc(0));
}

function joined(held: readonly Buffer[], last: Buffer): Buffer {
  return held.length === 0 ? Buffer.from(last) : Buffer.concat([...held, last]);
}

/** Results of `work` in the order of `items`, at most `width` of them under way. */
export async function* mapInOrder<T, U>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T, index: number) => Promise<U>,
): AsyncIterable<U> {
  const underWay: Promise<U>[] = [];
  let index = 0;
  try {
    for await (const item of items) {
      const result = work(item, index);
      // Should it fail while the next item is awaited, it is no unhandled failure: it comes in its turn.
      result.catch(() => undefined);
      underWay.push(result);
      index += 1;
      if (underWay.length >= width) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
