/** A file's ledger as bytes, so that what comes later goes on from there. What cannot be read is no ledger. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FileLedger } from './ledger.ts';
import type { SavedLedger } from './ledger-state.ts';
import { LineTable, type SavedLines } from './lines.ts';
import { LinePacker, unpackLines } from './packed-lines.ts';
import type { EditingSession } from './read-edits.ts';
import type { KnownEdit, Replayed, ReplayStart } from './replay.ts';

/** What is written as JSON, in front of the numbers. */
interface Kept {
  readonly texts: string;
  /** Number of lines. */
  readonly lines: number;
  readonly ledger: SavedLedger;
  readonly edits: ReadonlyArray<Omit<KnownEdit, 'session'> & { readonly trace: string }>;
}

export function packLedger({ table, ledger, edits }: Replayed): Buffer {
  const packer = new LinePacker();
  const saved = ledger.save(packer);
  const { texts, edits: marks } = table.save();
  const kept: Kept = {
    texts,
    lines: marks.length,
    ledger: saved,
    edits: edits.map(({ session, ...edit }) => ({ ...edit, trace: session.trace_id })),
  };
  const json = Buffer.from(JSON.stringify(kept));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(json.length);
  return deflateRawSync(Buffer.concat([head, bytesOf(marks), bytesOf(packer.numbers), json]), { level: 1 });
}

/** Null when the bytes are damaged, or of a session that is gone. */
export function unpackLedger(
  bytes: Uint8Array,
  sessions: ReadonlyMap<string, EditingSession>,
): ReplayStart | null {
  const read = decode(bytes);
  if (read === null) return null;
  const edits: KnownEdit[] = [];
  for (const { trace, ...edit } of read.kept.edits) {
    const session = sessions.get(trace);
    if (session === undefined) return null;
    edits.push({ ...edit, session });
  }
  return {
    table: LineTable.restore(read.lines),
    edits,
    restore: (table, sources) =>
      FileLedger.restore(table, sources, read.kept.ledger, unpackLines(read.numbers)),
  };
}

const HEAD_BYTES = 4;
const NUMBER_BYTES = Int32Array.BYTES_PER_ELEMENT;

function bytesOf(numbers: Int32Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

interface Decoded {
  readonly kept: Kept;
  readonly lines: SavedLines;
  readonly numbers: Int32Array;
}

function decode(bytes: Uint8Array): Decoded | null {
  try {
    const whole = inflateRawSync(bytes);
    const end = whole.length - whole.readUInt32LE();
    const kept = JSON.parse(whole.toString('utf8', end)) as Kept;
    const all = new Int32Array((end - HEAD_BYTES) / NUMBER_BYTES);
    whole.copy(bytesOf(all), 0, HEAD_BYTES, end);
    const lines = { texts: kept.texts, edits: all.subarray(0, kept.lines) };
    return { kept, lines, numbers: all.subarray(kept.lines) };
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
