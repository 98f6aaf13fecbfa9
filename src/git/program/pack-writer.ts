/**
 * Writes one pack and its index in process (`git help gitformat-pack`). Every object was hashed when it
 * was put, so handing the pack to `index-pack` would inflate and hash it all a second time; the conformance
 * suite has `git fsck` and `git verify-pack` read what this makes.
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { HashAlgorithm, ObjectType, Oid } from '../ports.ts';
import { crc32 } from './crc32.ts';
import { Compressor } from './deflate.ts';
import { encodePackIndex, type PackedEntry } from './pack-index.ts';

const TYPE_BITS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
/** Compressed bytes gathered before one write. */
const WRITE_SIZE = 256 * 1024;
const HEADER_SIZE = 12;

export interface FinishedPack {
  /** Paths of the synced files, without their final names. */
  readonly pack: string;
  readonly index: string;
  /** `pack-<checksum>`: the name both get in `objects/pack/`. */
  readonly name: string;
}

export class PackWriter {
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #limit: number;
  readonly #algorithm: HashAlgorithm;
  readonly #entries: PackedEntry[] = [];
  readonly #compressor = new Compressor();
  #offset = HEADER_SIZE;
  #inFlight = 0;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  readonly #waiters: (() => void)[] = [];
  #compressing = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  private constructor(folder: string, file: FileHandle, limit: number, algorithm: HashAlgorithm) {
    this.#folder = folder;
    this.#file = file;
    this.#limit = limit;
    this.#algorithm = algorithm;
    this.#gather(packHeader(0));
  }

  /** `limit` is how many bytes may wait for compression or for the disk before `ready` waits. */
  static async create(folder: string, limit: number, algorithm: HashAlgorithm): Promise<PackWriter> {
    return new PackWriter(folder, await open(join(folder, 'pack'), 'wx+', 0o444), limit, algorithm);
  }

  /** Takes an object; compression and writing go on behind the scenes. */
  add(oid: Oid, type: ObjectType, data: Buffer): void {
    this.#inFlight += data.length;
    const zipped = this.#compressor.compress(data);
    if (Buffer.isBuffer(zipped)) this.#append(oid, type, data.length, zipped);
    else this.#track(zipped.then((buffer) => this.#append(oid, type, data.length, buffer)));
  }

  /** Resolves when at most the limit is in flight. Throws what went wrong so far. */
  async ready(): Promise<void> {
    while (this.#inFlight > this.#limit && this.#failure === null) {
      await (this.#compressing.size > 0 ? this.#nextDone() : this.#writing);
    }
    this.#throwFailure();
  }

  /** Not a race of all that runs: that leaves a reaction in each of them at every call. */
  #nextDone(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Completes and syncs both files. Throws the first error of a write. */
  async finish(): Promise<FinishedPack> {
    while (this.#compressing.size > 0) await Promise.all(this.#compressing);
    this.#flush();
    await this.#writing;
    this.#throwFailure();
    const checksum = await this.#seal();
    const pack = join(this.#folder, 'pack');
    const index = join(this.#folder, 'index');
    await writeSynced(index, encodePackIndex(this.#algorithm, this.#entries, checksum));
    return { pack, index, name: `pack-${checksum.toString('hex')}` };
  }

  /** Gives the file up; the caller removes it. */
  async close(): Promise<void> {
    await Promise.all(this.#compressing);
    await this.#writing;
    await this.#file.close();
  }

  /** The count stands before the objects but is known after them: header first, then the hash of it all. */
  async #seal(): Promise<Buffer> {
    await this.#file.write(packHeader(this.#entries.length), 0, HEADER_SIZE, 0);
    const hash = createHash(this.#algorithm);
    await hashFile(this.#file, this.#offset, hash);
    const checksum = hash.digest();
    await this.#file.write(checksum, 0, checksum.length, this.#offset);
    await this.#file.sync();
    return checksum;
  }

  #append(oid: Oid, type: ObjectType, size: number, zipped: Buffer): void {
    const header = entryHeader(type, size);
    this.#entries.push({ oid, crc32: crc32(zipped, crc32(header)), offset: this.#offset });
    this.#offset += header.length + zipped.length;
    this.#inFlight += header.length + zipped.length - size;
    this.#gather(header, zipped);
    if (this.#gatheredBytes >= WRITE_SIZE) this.#flush();
  }

  #gather(...parts: Buffer[]): void {
    for (const part of parts) {
      this.#gathered.push(part);
      this.#gatheredBytes += part.length;
    }
  }

  #flush(): void {
    const block = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#writing = this.#writing
      .then(() => (this.#failure === null ? this.#file.appendFile(block) : undefined))
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#inFlight -= block.length;
      });
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#compressing.delete(tracked);
        for (const wake of this.#waiters.splice(0)) wake();
      });
    this.#compressing.add(tracked);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

async function hashFile(file: FileHandle, length: number, hash: Hash): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  for (let position = 0; position < length; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length - position), position);
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function writeSynced(path: string, data: Buffer): Promise<void> {
  const handle = await open(path, 'wx', 0o444);
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function packHeader(objects: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects, 8);
  return header;
}

/** Type and size: four bits of the size in the first byte, seven in each following one. */
function entryHeader(type: ObjectType, size: number): Buffer {
  const bytes = [(TYPE_BITS[type] << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}
