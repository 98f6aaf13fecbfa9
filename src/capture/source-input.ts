/**
 * Where the bytes of a source come from: a file as it was when capture began, lines picked from another
 * source, or chunks already in a bucket. An input can be read several times and gives the same bytes.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import { type Line, LineSplitter } from '../base/jsonl.ts';

export interface SourceInput {
  /** File name without folder, for the source descriptor. */
  readonly fileName: string;
  read(): AsyncIterable<Buffer>;
}

const READ_BYTES = 1024 * 1024;

/**
 * A file, frozen at its present length: what an agent appends while we read belongs to the next capture.
 * Throws `OT_SOURCE_UNREADABLE` when it cannot be read.
 */
export async function fileInput(path: string): Promise<SourceInput & { readonly bytes: number }> {
  const handle = await openSource(path);
  try {
    const { size } = await handle.stat();
    return { fileName: basename(path), bytes: size, read: () => readFrozen(path, size) };
  } finally {
    await handle.close();
  }
}

/** The first bytes of a file, for telling its format. */
export async function readHead(path: string, bytes: number): Promise<Buffer> {
  const handle = await openSource(path);
  try {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(buffer, 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) {
      throw new OtError('OT_SOURCE_MISSING', 'usage', `no such file: ${path}`, { cause: error });
    }
    throw unreadable(path, error);
  }
}

async function* readFrozen(path: string, size: number): AsyncIterable<Buffer> {
  const handle = await openSource(path);
  try {
    let position = 0;
    while (position < size) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, size - position));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) throw sourceChanged(path);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw error instanceof OtError ? error : unreadable(path, error);
  } finally {
    await handle.close();
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

const NEWLINE = Buffer.from('\n');
