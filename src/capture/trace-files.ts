/** The files of one trace folder while it is derived: blobs by path, written only when they are new. */

import { writeTree } from '../bucket/tree-edit.ts';
import { hashObject } from '../git/object-codec.ts';
import type { HashAlgorithm, ObjectBatch, Oid } from '../git/ports.ts';

export class TraceFiles {
  readonly algorithm: HashAlgorithm;
  readonly #batch: ObjectBatch;
  readonly #known: ReadonlySet<Oid>;
  readonly #files = new Map<string, Oid>();

  /** `known`: objects the store is sure to have, so that growth writes only what is new. */
  constructor(batch: ObjectBatch, algorithm: HashAlgorithm, known: ReadonlySet<Oid> = new Set()) {
    this.#batch = batch;
    this.algorithm = algorithm;
    this.#known = known;
  }

  /** Stores content without a path yet; used where the path follows from the id. */
  putBlob(data: Buffer): Oid {
    if (this.#known.size > 0) {
      const oid = hashObject(this.algorithm, 'blob', data);
      if (this.#known.has(oid)) return oid;
    }
    return this.#batch.put('blob', data);
  }

  set(path: string, oid: Oid): void {
    this.#files.set(path, oid);
  }

  put(path: string, data: Buffer): Oid {
    const oid = this.putBlob(data);
    this.#files.set(path, oid);
    return oid;
  }

  /** Forgets every path that starts with `prefix`: a second pass replaces what the first one put. */
  clear(prefix: string): void {
    for (const path of this.#files.keys()) if (path.startsWith(prefix)) this.#files.delete(path);
  }

  /** Copies another trace's entries below `prefix`, unread. */
  adopt(files: ReadonlyMap<string, Oid>, prefix: string): void {
    for (const [path, oid] of files) if (path.startsWith(prefix)) this.#files.set(path, oid);
  }

  ready(): Promise<void> {
    return this.#batch.ready();
  }

  get paths(): ReadonlyMap<string, Oid> {
    return this.#files;
  }

  writeTree(): Oid {
    return writeTree(this.#batch, this.algorithm, this.#files);
  }
}
