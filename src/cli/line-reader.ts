/** Reads what a person types, line by line, for as many questions as there are. */
import { read } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isSystemError } from '../base/errors.ts';

const readInto = promisify(read);
const NEWLINE = 0x0a;
const STDIN = 0;
/** How long to wait for a terminal that somebody left not blocking, in milliseconds. */
const AGAIN_MS = 50;

/**
 * The next line without its end, null at the end of the input; what was typed ahead waits for the next call. By hand:
 * readline would have to be loaded, and a stream of stdin ends with the first line or keeps the process alive.
 */
export function lineReader(): () => Promise<string | null> {
  let typed = Buffer.alloc(0);
  return async () => {
    while (!typed.includes(NEWLINE)) {
      const more = await readSome();
      if (more.length === 0) break;
      typed = Buffer.concat([typed, more]);
    }
    if (typed.length === 0) return null;
    const end = typed.indexOf(NEWLINE);
    const line = end < 0 ? typed : typed.subarray(0, end);
    typed = end < 0 ? Buffer.alloc(0) : typed.subarray(end + 1);
    return line.toString('utf8').replace(/\r$/, '');
  };
}

/** Empty at the end. */
async function readSome(): Promise<Buffer> {
  const buffer = Buffer.alloc(4096);
  for (;;) {
    try {
      const { bytesRead } = await readInto(STDIN, buffer, 0, buffer.length, null);
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      // A terminal that was closed ends with an error of input.
      if (isSystemError(error, 'EOF', 'EIO')) return Buffer.alloc(0);
      if (!isSystemError(error, 'EAGAIN')) throw error;
      await delay(AGAIN_MS);
    }
  }
}
