/**
 * Writing to stdout and stderr by descriptor: node's own streams cost about 2 ms of every start, and are
 * only needed where a descriptor would block.
 */
import { writeSync } from 'node:fs';

type Descriptor = 1 | 2;

export type Write = (descriptor: Descriptor, chunk: string | Uint8Array) => Promise<void>;

/** Descriptors that answered EAGAIN: from then on their stream keeps the order. */
const streamed = new Set<Descriptor>();

/**
 * Resolves when the whole chunk has left the process. Never rejects: when the reader is gone (EPIPE) the
 * process ends quietly, and when the output cannot be written it ends with exit code 1.
 */
export function write(descriptor: Descriptor, chunk: string | Uint8Array): Promise<void> {
  const data = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
  const rest = streamed.has(descriptor) ? data : data.subarray(writeNow(descriptor, data));
  return rest.length === 0 ? Promise.resolve() : writeLater(descriptor, rest);
}

/** Bytes written before the descriptor would have blocked. */
function writeNow(descriptor: Descriptor, data: Uint8Array): number {
  let done = 0;
  try {
    while (done < data.length) done += writeSync(descriptor, data, done);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') end(descriptor, error);
    streamed.add(descriptor);
  }
  return done;
}

function writeLater(descriptor: Descriptor, data: Uint8Array): Promise<void> {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  if (stream.listenerCount('error') === 0) stream.on('error', (error) => end(descriptor, error));
  return new Promise((resolve) => stream.write(data, () => resolve()));
}

function end(descriptor: Descriptor, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') process.exit(0);
  if (descriptor === 1)
    write(2, `git-ot: stdout cannot be written: ${code ?? 'unknown error'} [OT_OUTPUT]\n`);
  process.exit(1);
}
