/**
 * Where the bytes of a source come from: a file as it was when capture began, lines picked from another
 * source, or chunks already in a bucket. An input can be read several times and gives the same bytes.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { type Line, LineSplitter } from '../base/jsonl.ts';

export interface SourceInput {
  /** File name without folder, for the source descriptor. */
  readonly fileName: string;
  /** With `scratch`, what is yielded may be a view into it that the next step of the iteration overwrites. */
  read(scratch?: Buffer): AsyncIterable<Buffer>;
}

export const NEWLINE = Buffer.from('\n');
/** Size of one read, and of a useful scratch buffer. */
export const READ_BYTES = 1024 * 1024;

/**
 * A file, frozen at its present length: what an agent appends while we read belongs to the next capture.
 * Throws `OT_SOURCE_UNREADABLE` when it cannot be read.
 */
export function fileInput(path: string): SourceInput & { readonly bytes: number } {
  const bytes = withSource(path, (file) => fstatSync(file).size);
  return { fileName: basename(path), bytes, read: (scratch) => readFrozen(path, bytes, scratch) };
}

/** The first bytes of a file, for telling its format. */
export function readHead(path: string, bytes: number): Buffer {
  return withSource(path, (file) => {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0));
  });
}

/** A pipe that took the file's place must not make us wait for its writer. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Reads are synchronous: a session file is in the page cache, where a thread hop costs more than the copy. */
async function* readFrozen(path: string, size: number, scratch?: Buffer): AsyncIterable<Buffer> {
  const file = withSourceErrors(path, () => openSync(path, READ_ONLY));
  try {
    let position = 0;
    while (position < size) {
      const length = Math.min(scratch?.length ?? READ_BYTES, size - position);
      const buffer = scratch ?? Buffer.allocUnsafeSlow(length);
      const count = withSourceErrors(path, () => readSync(file, buffer, 0, length, position));
      if (count === 0) throw sourceChanged(path);
      position += count;
      yield buffer.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

function withSource<T>(path: string, use: (file: number) => T): T {
  return withSourceErrors(path, () => {
    // Asked before opening: opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) throw unreadable(path, undefined);
    const file = openSync(path, READ_ONLY);
    try {
      return use(file);
    } finally {
      closeSync(file);
    }
  });
}

function withSourceErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OtError) throw error;
    if (isSystemError(error, 'ENOENT')) {
      throw new OtError('OT_SOURCE_MISSING', 'usage', `no such file: ${path}`, { cause: error });
    }
    throw unreadable(path, error);
  }
}

/** The file became shorter, or other, between two looks at it. */
export function sourceChanged(path: string): OtError {
  return new OtError('OT_SOURCE_CHANGED', 'conflict', `${path} changed while it was read`, {
    hint: 'capture it again when the agent has finished writing',
    retryable: true,
  });
}

function unreadable(path: string, cause: unknown): OtError {
  return new OtError('OT_SOURCE_UNREADABLE', 'usage', `${path} cannot be read`, {
    hint: 'check that it is a regular file and its permissions',
    cause,
  });
}

/** The lines of `input` that `select` picks, each closed by LF: the source of an inline sub-agent. */
export function selectLines(
  input: SourceInput,
  fileName: string,
  select: (line: Line) => boolean,
): SourceInput {
  return { fileName, read: () => readSelected(input, select) };
}

async function* readSelected(input: SourceInput, select: (line: Line) => boolean): AsyncIterable<Buffer> {
  let picked: Buffer[] = [];
  const splitter = new LineSplitter((line) => {
    if (select(line)) picked.push(line.bytes, NEWLINE);
  });
  for await (const bytes of input.read()) {
    splitter.push(bytes);
    if (picked.length > 0) yield Buffer.concat(picked);
    picked = [];
  }
  splitter.end();
  if (picked.length > 0) yield Buffer.concat(picked);
}
