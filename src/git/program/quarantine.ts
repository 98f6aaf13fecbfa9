/**
 * A folder inside `objects/` where a batch works: nothing in it is visible to readers, and what a killed
 * process leaves behind is removed by `git prune`, which knows the name.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError } from '../../base/errors.ts';

let counter = 0;

export class Quarantine {
  readonly #objects: string;
  #path: string | null = null;
  /** Folders whose entries changed and have to reach the disk. */
  readonly #touched = new Set<string>();

  /** `objects` is the object folder of the repository. */
  constructor(objects: string) {
    this.#objects = objects;
  }

  /** The folder, made on first use. */
  folder(): string {
    while (this.#path === null) {
      counter += 1;
      const path = join(this.#objects, `tmp_objdir-incoming-${process.pid}-${counter}`);
      try {
        mkdirSync(path);
        this.#path = path;
      } catch (error) {
        if (!isSystemError(error, 'EEXIST')) throw error;
      }
    }
    return this.#path;
  }

  /** Moves a finished and synced file to its place below `objects/`, making the folder on the way. */
  publish(file: string, place: string): void {
    const target = join(this.#objects, place);
    const folder = dirname(target);
    if (!this.#touched.has(folder)) this.#prepare(folder);
    renameSync(file, target);
  }

  #prepare(folder: string): void {
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      this.#touched.add(this.#objects);
    }
    this.#touched.add(folder);
  }

  /** True when a file with content is already at `place`; an empty one is the trace of a crash. */
  has(place: string): boolean {
    return (statSync(join(this.#objects, place), { throwIfNoEntry: false })?.size ?? 0) > 0;
  }

  /** Makes every publication so far survive a power cut. */
  async sync(): Promise<void> {
    await Promise.all([...this.#touched].map(syncFolder));
    this.#touched.clear();
  }

  /** Removes the folder with everything in it. Idempotent. */
  remove(): void {
    const path = this.#path;
    this.#path = null;
    if (path !== null) rmSync(path, { recursive: true, force: true });
  }
}

/** Syncs a folder's entries; a platform that cannot sync folders orders them by itself. */
async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!isSystemError(error, 'EISDIR', 'EINVAL', 'EPERM', 'ENOTSUP', 'EBADF')) throw error;
  }
}
