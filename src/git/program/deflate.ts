/** Compression at git's own default speed: in place for small data, on another core for large. */
import { promisify } from 'node:util';
import { deflate, deflateSync } from 'node:zlib';

const OPTIONS = { level: 1 } as const;
/** Above this, handing the work to the thread pool costs less than doing it here. */
const IN_PLACE = 16 * 1024;
const deflateAsync = promisify<Buffer, typeof OPTIONS, Buffer>(deflate);

/** The zlib stream of `data`; a promise only when the work is worth another thread. */
export function compress(data: Buffer): Buffer | Promise<Buffer> {
  return data.length <= IN_PLACE ? deflateSync(data, OPTIONS) : deflateAsync(data, OPTIONS);
}
