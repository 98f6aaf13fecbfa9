/** `ObjectBatch` of the git engine: few objects become loose files, many one pack (DESIGN §8). */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../../base/errors.ts';
import { writeFailure } from '../failure.ts';
import { hashObject } from '../object-codec.ts';
import type { BatchResult, HashAlgorithm, ObjectBatch, ObjectType, Oid } from '../ports.ts';
import type { GitProgram } from '../spawn.ts';
import { type NewObject, writeLoose } from './loose.ts';
import { PackSpool } from './pack-spool.ts';
import { Quarantine } from './quarantine.ts';

/** Beyond this many objects, or bytes, a pack is cheaper than a synced file each. */
const LOOSE_OBJECTS = 200;
const LOOSE_BYTES = 8 * 1024 * 1024;
/** Bytes that may wait for compression or the disk. */
const IN_FLIGHT = 24 * 1024 * 1024;

export class ProgramObjectBatch implements ObjectBatch {
  readonly #git: GitProgram;
  readonly #gitDir: string;
  readonly #algorithm: HashAlgorithm;
  readonly #quarantine: Quarantine;
  readonly #seen = new Set<Oid>();
  #held: NewObject[] = [];
  #heldBytes = 0;
  #bytes = 0;
  #pack: PackSpool | null = null;
  #starting: Promise<void> | null = null;
  #state: 'open' | 'done' = 'open';

  constructor(git: GitProgram, gitDir: string, algorithm: HashAlgorithm) {
    this.#git = git;
    this.#gitDir = gitDir;
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
      this.#pack.add(type, data);
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
    const folder = await this.#quarantine.folder();
    const pack = await PackSpool.create(join(folder, 'spool'), IN_FLIGHT);
    this.#pack = pack;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const { type, data } of held) pack.add(type, data);
  }

  /** `index-pack` works in the quarantine; the index is moved last, because it is what makes a pack visible. */
  async #publishPack(pack: PackSpool): Promise<void> {
    await pack.finish();
    const folder = await this.#quarantine.folder();
    await this.#git.run(['index-pack', '--stdin'], {
      gitDir: this.#gitDir,
      env: { GIT_OBJECT_DIRECTORY: folder },
      input: pack.stream(this.#algorithm),
    });
    const names = await readdir(join(folder, 'pack'));
    for (const extension of ['.pack', '.rev', '.idx']) {
      for (const name of names.filter((candidate) => candidate.endsWith(extension))) {
        await this.#quarantine.publish(join(folder, 'pack', name), `pack/${name}`);
      }
    }
  }

  async #drop(): Promise<void> {
    this.#held = [];
    await this.#pack?.close();
    this.#pack = null;
    await this.#quarantine.remove();
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
