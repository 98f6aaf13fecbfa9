/** `ObjectBatch` of the git engine: few objects become loose files, many one pack (DESIGN §8). */
import { join } from 'node:path';
import { OtError } from '../../base/errors.ts';
import { writeFailure } from '../failure.ts';
import { hashObject } from '../object-codec.ts';
import type { BatchResult, HashAlgorithm, ObjectBatch, ObjectType, Oid } from '../ports.ts';
import { type NewObject, writeLoose } from './loose.ts';
import { PackWriter } from './pack-writer.ts';
import { Quarantine } from './quarantine.ts';

/** Beyond this many objects, or bytes, a pack is cheaper than a synced file each. */
const LOOSE_OBJECTS = 100;
const LOOSE_BYTES = 8 * 1024 * 1024;
/** Bytes that may wait for compression or the disk. */
const IN_FLIGHT = 24 * 1024 * 1024;

export class ProgramObjectBatch implements ObjectBatch {
  readonly #algorithm: HashAlgorithm;
  readonly #quarantine: Quarantine;
  readonly #seen = new Set<Oid>();
  #held: NewObject[] = [];
  #heldBytes = 0;
  #bytes = 0;
  #pack: PackWriter | null = null;
  #starting: Promise<void> | null = null;
  #state: 'open' | 'done' = 'open';

  constructor(gitDir: string, algorithm: HashAlgorithm) {
    this.#algorithm = algorithm;
    this.#quarantine = new Quarantine(join(gitDir, 'objects'));
  }

  put(type: ObjectType, data: Buffer): Oid {
    this.#assertOpen();
    const oid = hashObject(this.#algorithm, type, data);
    if (this.#seen.has(oid)) return oid;
    this.#seen.add(oid);
    this.#bytes += data.length;
    if (this.#pack !== null) {
      this.#pack.add(oid, type, data);
    } else {
      this.#held.push({ oid, type, data });
      this.#heldBytes += data.length;
    }
    return oid;
  }

  async ready(): Promise<void> {
    this.#assertOpen();
    await this.#guard(async () => {
      await this.#packWhenLarge();
      await this.#pack?.ready();
    });
  }

  async commit(): Promise<BatchResult> {
    this.#assertOpen();
    this.#state = 'done';
    await this.#guard(async () => {
      await this.#packWhenLarge();
      if (this.#pack === null) await writeLoose(this.#quarantine, this.#held);
      else await this.#publishPack(this.#pack);
      await this.#quarantine.sync();
    });
    await this.#drop().catch(() => {});
    return { objects: this.#seen.size, bytes: this.#bytes };
  }

  async abort(): Promise<void> {
    this.#state = 'done';
    await this.#drop();
  }

  /** Starts the pack once; whoever comes second waits for the same start. */
  async #packWhenLarge(): Promise<void> {
    if (this.#held.length <= LOOSE_OBJECTS && this.#heldBytes <= LOOSE_BYTES) return;
    this.#starting ??= this.#startPack();
    await this.#starting;
  }

  /** What was put meanwhile moves along with what was held. */
  async #startPack(): Promise<void> {
    const folder = this.#quarantine.folder();
    const pack = await PackWriter.create(folder, IN_FLIGHT, this.#algorithm);
    this.#pack = pack;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const { oid, type, data } of held) pack.add(oid, type, data);
  }

  /** The index is moved last, because it is what makes a pack visible. */
  async #publishPack(writer: PackWriter): Promise<void> {
    const { pack, index, name } = await writer.finish();
    await this.#quarantine.publish(pack, `pack/${name}.pack`);
    await this.#quarantine.publish(index, `pack/${name}.idx`);
  }

  async #drop(): Promise<void> {
    this.#held = [];
    await this.#pack?.close();
    this.#pack = null;
    this.#quarantine.remove();
  }

  /** After an error the batch is over and leaves nothing behind. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#state = 'done';
      await this.#drop().catch(() => {});
      throw writeFailure(error);
    }
  }

  #assertOpen(): void {
    if (this.#state === 'done')
      throw new OtError('OT_BATCH_CLOSED', 'usage', 'this batch is already finished');
  }
}
