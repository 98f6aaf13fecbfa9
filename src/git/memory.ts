/** A repository in memory, for tests that need no disk: the same contract as the git engine. */
import { OtError } from '../base/errors.ts';
import { hashObject } from './object-codec.ts';
import type {
  BatchResult,
  GitObject,
  HashAlgorithm,
  ObjectBatch,
  ObjectStore,
  ObjectType,
  Oid,
  Ref,
  RefEdit,
  RefStore,
  Repository,
} from './ports.ts';
import { assertRefName, assertRefPrefix } from './ref-name.ts';
import { WalkingReader } from './walking-reader.ts';

type Objects = Map<Oid, Omit<GitObject, 'oid'>>;

export function memoryRepository(algorithm: HashAlgorithm): Repository {
  const objects: Objects = new Map();
  return {
    gitDir: 'memory',
    algorithm,
    objects: new MemoryObjectStore(algorithm, objects),
    refs: new MemoryRefStore(objects),
  };
}

class MemoryObjectStore extends WalkingReader implements ObjectStore {
  readonly #objects: Objects;

  constructor(algorithm: HashAlgorithm, objects: Objects) {
    super(algorithm, async (oid) => objects.get(oid) ?? null);
    this.#objects = objects;
  }

  batch(): ObjectBatch {
    return new MemoryBatch(this.algorithm, this.#objects);
  }
}

class MemoryBatch implements ObjectBatch {
  readonly #algorithm: HashAlgorithm;
  readonly #objects: Objects;
  readonly #held: Objects = new Map();
  #bytes = 0;
  #done = false;

  constructor(algorithm: HashAlgorithm, objects: Objects) {
    this.#algorithm = algorithm;
    this.#objects = objects;
  }

  put(type: ObjectType, data: Buffer): Oid {
    this.#assertOpen();
    const oid = hashObject(this.#algorithm, type, data);
    if (!this.#held.has(oid)) {
      this.#held.set(oid, { type, data });
      this.#bytes += data.length;
    }
    return oid;
  }

  async ready(): Promise<void> {
    this.#assertOpen();
  }

  async commit(): Promise<BatchResult> {
    this.#assertOpen();
    this.#done = true;
    for (const [oid, object] of this.#held) this.#objects.set(oid, object);
    return { objects: this.#held.size, bytes: this.#bytes };
  }

  async abort(): Promise<void> {
    this.#done = true;
    this.#held.clear();
  }

  #assertOpen(): void {
    if (this.#done) throw new OtError('OT_BATCH_CLOSED', 'usage', 'this batch is already finished');
  }
}

class MemoryRefStore implements RefStore {
  readonly #refs = new Map<string, Oid>();
  readonly #objects: Objects;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  async read(name: string): Promise<Oid | null> {
    assertRefName(name);
    return this.#refs.get(name) ?? null;
  }

  async list(prefix: string): Promise<readonly Ref[]> {
    assertRefPrefix(prefix);
    return [...this.#refs]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, oid]) => ({ name, oid }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async transaction(edits: readonly RefEdit[]): Promise<void> {
    for (const edit of edits) this.#check(edit);
    for (const { name, next } of edits) {
      if (next === null) this.#refs.delete(name);
      else this.#refs.set(name, next);
    }
  }

  #check({ name, next, expected }: RefEdit): void {
    assertRefName(name);
    if (next === null && expected === null) {
      throw new OtError('OT_REF_EDIT', 'usage', `an edit of ${name} deletes a ref it expects to be absent`);
    }
    if ((this.#refs.get(name) ?? null) !== expected) {
      throw new OtError('OT_REF_CONFLICT', 'conflict', `ref ${name} has moved`, { retryable: true });
    }
    const blocked = [...this.#refs.keys()].some(
      (other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
    );
    if (blocked || (next !== null && !this.#objects.has(next))) {
      throw new OtError('OT_GIT_FAILED', 'usage', `ref ${name} cannot be written`);
    }
  }
}
