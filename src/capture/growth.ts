/** How a source we read now relates to one we have: the same, grown, shorter, or another history. */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import type { Oid } from '../git/ports.ts';
import { type Relation, revisionRelation } from './revision.ts';
import type { SessionFormat } from './session-source.ts';
import type { SourceInput } from './source-input.ts';

/**
 * Compares by chunk ids (`hashed`: those of `input`), and by bytes only from the first that differs. `format`:
 * that of both; where its sources are written anew, a later state counts as grown and an earlier as shorter.
 */
export async function relationTo(
  folder: TraceFolder,
  source: number,
  input: SourceInput,
  hashed: readonly Oid[],
  format: SessionFormat | null,
): Promise<Relation> {
  const relation = await relationOfBytes(folder, source, input, hashed);
  if (relation !== 'diverged' || format?.revision === undefined) return relation;
  return revisionRelation(() => format.revision!(), folder.readSource(source), input.read());
}

async function relationOfBytes(
  folder: TraceFolder,
  source: number,
  input: SourceInput,
  hashed: readonly Oid[],
): Promise<Relation> {
  const stored = await folder.chunkOids(source);
  const common = commonPrefix(stored, hashed);
  if (common === stored.length && common === hashed.length) return 'same';
  if (common === stored.length) return 'grown';
  if (common === hashed.length) return 'shorter';
  return compareTails(folder, source, input, common);
}

function commonPrefix(left: readonly Oid[], right: readonly Oid[]): number {
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left[index] === right[index]) index += 1;
  return index;
}

/** Chunks before `common` are equal, so both sides agree on where chunk `common` starts. */
async function compareTails(
  folder: TraceFolder,
  source: number,
  input: SourceInput,
  common: number,
): Promise<Relation> {
  const offset = await bytesBefore(folder, source, common);
  const stored = skipBytes(folder.readSource(source), offset);
  const now = skipBytes(input.read(), offset);
  return compareStreams(stored, now);
}

async function bytesBefore(folder: TraceFolder, source: number, chunks: number): Promise<number> {
  let offset = 0;
  let index = 0;
  for await (const chunk of folder.readSource(source)) {
    if (index === chunks) break;
    offset += chunk.length;
    index += 1;
  }
  return offset;
}

async function* skipBytes(bytes: AsyncIterable<Buffer>, count: number): AsyncIterable<Buffer> {
  let left = count;
  for await (const part of bytes) {
    if (part.length <= left) left -= part.length;
    else {
      yield part.subarray(left);
      left = 0;
    }
  }
}

async function compareStreams(stored: AsyncIterable<Buffer>, now: AsyncIterable<Buffer>): Promise<Relation> {
  const left = stored[Symbol.asyncIterator]();
  const right = now[Symbol.asyncIterator]();
  try {
    let a: Buffer = Buffer.alloc(0);
    let b: Buffer = Buffer.alloc(0);
    for (;;) {
      if (a.length === 0) a = await nextPart(left);
      if (b.length === 0) b = await nextPart(right);
      if (a.length === 0) return b.length === 0 ? 'same' : 'grown';
      if (b.length === 0) return 'shorter';
      const length = Math.min(a.length, b.length);
      if (!a.subarray(0, length).equals(b.subarray(0, length))) return 'diverged';
      a = a.subarray(length);
      b = b.subarray(length);
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}

async function nextPart(parts: AsyncIterator<Buffer>): Promise<Buffer> {
  const next = await parts.next();
  return next.done === true ? Buffer.alloc(0) : next.value;
}
