/** CRC-32 as in zlib: node's own where it has one (20.15 and newer), else by table. */
import * as zlib from 'node:zlib';

type Crc32 = (data: Buffer, start?: number) => number;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** The table form; the same values as {@link crc32}. */
export function crc32ByTable(data: Buffer, start = 0): number {
  let value = ~start >>> 0;
  for (const byte of data) value = (value >>> 8) ^ TABLE[(value ^ byte) & 0xff]!;
  return ~value >>> 0;
}

/** CRC-32 of `data`, continuing from `start`. */
export const crc32: Crc32 = (zlib as unknown as { crc32?: Crc32 }).crc32 ?? crc32ByTable;
