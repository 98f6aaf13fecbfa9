/**
 * Collects compressed pack entries in a file, because a pack's first bytes count its objects: header and
 * trailer are added when the pack is streamed out (`git help gitformat-pack`).
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { HashAlgorithm, ObjectType } from '../ports.ts';
import { compress } from './deflate.ts';

const TYPE_BITS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
/** Compressed bytes gathered before one write. */
const WRITE_SIZE = 256 * 1024;

export class PackSpool {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #limit: number;
  #objects = 0;
  #inFlight = 0;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #compressing = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  private constructor(path: string, file: FileHandle, limit: number) {
    this.#path = path;
    this.#file = file;
    this.#limit = limit;
  }

  /** `limit` is how many bytes may wait for compression or for the disk before `ready` waits. */
  static async create(path: string, limit: number): Promise<PackSpool> {
    return new PackSpool(path, await open(path, 'wx', 0o600), limit);
  }

  /** Takes an object; compression and writing go on behind the scenes. */
  add(type: ObjectType, data: Buffer): void {
    this.#objects += 1;
    this.#inFlight += data.length;
    const zipped = compress(data);
    if (Buffer.isBuffer(zipped)) this.#append(type, data.length, zipped);
    else this.#track(zipped.then((buffer) => this.#append(type, data.length, buffer)));
  }

  /** Resolves when at most the limit is in flight. Throws what went wrong so far. */
  async ready(): Promise<void> {
    while (this.#inFlight > this.#limit && this.#failure === null) {
      await (this.#compressing.size > 0 ? Promise.race(this.#compressing) : this.#writing);
    }
    this.#throwFailure();
  }

  /** Ends the file. Throws the first error of a write. */
  async finish(): Promise<void> {
    while (this.#compressing.size > 0) await Promise.all(this.#compressing);
    this.#flush();
    await this.#writing;
    this.#throwFailure();
  }

  /** The whole pack, after `finish`. */
  async *stream(algorithm: HashAlgorithm): AsyncGenerator<Buffer> {
    const hash = createHash(algorithm);
    const header = packHeader(this.#objects);
    hash.update(header);
    yield header;
    for await (const chunk of createReadStream(this.#path, { highWaterMark: WRITE_SIZE })) {
      hash.update(chunk as Buffer);
      yield chunk as Buffer;
    }
    yield hash.digest();
  }

  /** Gives the file up; the caller removes it. */
  async close(): Promise<void> {
    await Promise.all(this.#compressing);
    await this.#writing;
    await this.#file.close();
  }

  #append(type: ObjectType, size: number, zipped: Buffer): void {
    const header = entryHeader(type, size);
    this.#gathered.push(header, zipped);
    this.#gatheredBytes += header.length + zipped.length;
    this.#inFlight += header.length + zipped.length - size;
    if (this.#gatheredBytes >= WRITE_SIZE) this.#flush();
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
