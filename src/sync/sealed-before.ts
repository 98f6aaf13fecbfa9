/**
 * What of a grown source was sealed before and can stay: lines are sealed one by one, so those of unchanged
 * chunks come out the same as long as the secret list is the same.
 */
import type { TraceFolder } from '../bucket/trace-folder.ts';
import { deriveSealed, type Sealed, sealedValue } from '../security/seal.ts';

/** The last sealed copy of a trace under this policy, and the raw trace it was made from. */
export interface SealedBefore {
  readonly sealed: Sealed<TraceFolder>;
  /** Null when it is no longer known. */
  readonly raw: TraceFolder | null;
}

/** The begin of a source. */
export interface SealedBegin {
  /** Raw chunks that need not be sealed again. */
  readonly chunks: number;
  readonly read: Sealed<() => AsyncIterable<Buffer>>;
}

const LINE_END = 0x0a;

/** Null when nothing can stay: another list, another source, or less than a chunk of whole lines. */
export async function sealedBegin(
  now: TraceFolder,
  before: SealedBefore,
  source: number,
): Promise<SealedBegin | null> {
  const { raw, sealed } = before;
  if (raw === null || !(await hasSameList(now, raw))) return null;
  const { chunks, lines } = await sameLines(now, raw, source);
  if (lines === 0) return null;
  const length = await lengthOfLines(sealedValue(sealed).readSource(source), lines);
  if (length === null) return null;
  const read = deriveSealed(sealed, (folder) => () => firstBytes(folder.readSource(source), length));
  return { chunks, read };
}

async function hasSameList(now: TraceFolder, before: TraceFolder): Promise<boolean> {
  const [files, old] = [await now.files(), await before.files()];
  return files.get(now.names.secrets) === old.get(before.names.secrets);
}

/** Chunks at the begin that are the same in both and end with a line, and the lines in them. */
async function sameLines(
  now: TraceFolder,
  before: TraceFolder,
  source: number,
): Promise<{ chunks: number; lines: number }> {
  const [oids, old] = [await now.chunkOids(source), await before.chunkOids(source)];
  const changed = oids.findIndex((oid, index) => oid !== old[index]);
  const same = changed < 0 ? oids.length : changed;
  let [chunks, lines] = [0, 0];
  let [index, seen] = [0, 0];
  for await (const chunk of now.readSource(source)) {
    if (index >= same) break;
    index += 1;
    seen += lineEnds(chunk);
    if (chunk.at(-1) === LINE_END) [chunks, lines] = [index, seen];
  }
  return { chunks, lines };
}

function lineEnds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}

/** Bytes of so many whole lines; null when there are fewer. */
async function lengthOfLines(parts: AsyncIterable<Buffer>, lines: number): Promise<number | null> {
  let left = lines;
  let length = 0;
  for await (const part of parts) {
    for (let at = part.indexOf(LINE_END); at >= 0; at = part.indexOf(LINE_END, at + 1)) {
      left -= 1;
      if (left === 0) return length + at + 1;
    }
    length += part.length;
  }
  return null;
}

async function* firstBytes(parts: AsyncIterable<Buffer>, length: number): AsyncIterable<Buffer> {
  let left = length;
  for await (const part of parts) {
    yield part.subarray(0, left);
    left -= part.length;
    if (left <= 0) return;
  }
}
