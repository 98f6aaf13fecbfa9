/** Version 2 of git's pack index (`git help gitformat-pack`). */
import { createHash } from 'node:crypto';
import type { HashAlgorithm, Oid } from '../ports.ts';

export interface PackedEntry {
  readonly oid: Oid;
  /** CRC-32 of the entry as it stands in the pack, header included. */
  readonly crc32: number;
  /** Byte offset of the entry in the pack. */
  readonly offset: number;
}

const MAGIC_AND_VERSION = Buffer.from('\xfftOc\0\0\0\u0002', 'latin1');
/** Offsets from here on go to a table of 64-bit values; their 31 bits here number its rows. */
const LARGE_OFFSET = 0x80000000;

/** Index of a pack whose trailer is `packChecksum`. */
export function encodePackIndex(
  algorithm: HashAlgorithm,
  entries: readonly PackedEntry[],
  packChecksum: Buffer,
): Buffer {
  const sorted = [...entries].sort((left, right) => (left.oid < right.oid ? -1 : 1));
  const parts = [
    MAGIC_AND_VERSION,
    fanOut(sorted),
    Buffer.from(sorted.map((entry) => entry.oid).join(''), 'hex'),
    uint32Table(sorted.map((entry) => entry.crc32)),
    ...offsetTables(sorted),
    packChecksum,
  ];
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);
}

/** How many ids have a first byte of at most 0, 1, ... 255. */
function fanOut(sorted: readonly PackedEntry[]): Buffer {
  const counts = new Array<number>(256).fill(0);
  for (const { oid } of sorted) counts[Number.parseInt(oid.slice(0, 2), 16)]! += 1;
  let total = 0;
  return uint32Table(
    counts.map((count) => {
      total += count;
      return total;
    }),
  );
}

function offsetTables(sorted: readonly PackedEntry[]): Buffer[] {
  const large: bigint[] = [];
  const small = sorted.map(({ offset }) => {
    if (offset < LARGE_OFFSET) return offset;
    large.push(BigInt(offset));
    return LARGE_OFFSET + large.length - 1;
  });
  const table = Buffer.alloc(large.length * 8);
  large.forEach((offset, index) => {
    table.writeBigUInt64BE(offset, index * 8);
  });
  return [uint32Table(small), table];
}

function uint32Table(values: readonly number[]): Buffer {
  const table = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    table.writeUInt32BE(value >>> 0, index * 4);
  });
  return table;
}
