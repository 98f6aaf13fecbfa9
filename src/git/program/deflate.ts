/** Compression at git's own default speed: in place for small data, on other cores for large. */
import { deflate, deflateSync, type ZlibOptions } from 'node:zlib';

/** Above this, handing the work to the thread pool costs less than doing it here. */
const IN_PLACE = 8 * 1024;
/** Each running stream holds a quarter of a megabyte; hundreds at once are slower than a queue. */
const PARALLEL = 16;

interface Job {
  readonly data: Buffer;
  readonly resolve: (zipped: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

/** Zlib streams of many buffers, a bounded number at a time. */
export class Compressor {
  readonly #waiting: Job[] = [];
  #running = 0;

  /** The zlib stream of `data`; a promise only when the work is worth another thread. */
  compress(data: Buffer): Buffer | Promise<Buffer> {
    if (data.length <= IN_PLACE) return deflateSync(data, optionsFor(data));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ data, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= PARALLEL) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running += 1;
    deflate(job.data, optionsFor(job.data), (error, zipped) => {
      this.#running -= 1;
      this.#next();
      if (error === null) job.resolve(zipped);
      else job.reject(error);
    });
  }
}

/** Room for half the size: most results come back in one piece. */
function optionsFor(data: Buffer): ZlibOptions {
  return { level: 1, chunkSize: Math.max(1024, Math.min(data.length >> 1, 1024 * 1024)) };
}
