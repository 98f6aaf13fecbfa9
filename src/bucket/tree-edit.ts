/**
 * Trees by path: turns a flat map of paths into tree objects, and replaces folders deep inside an existing
 * tree while every untouched entry keeps its id.
 */
import { encodeTree } from '../git/object-codec.ts';
import type { FileMode, ObjectBatch, ObjectReader, Oid, TreeEntry } from '../git/ports.ts';

export interface TreeFile {
  readonly mode: FileMode;
  readonly oid: Oid;
}

/** Writes the trees of a flat map from slash-separated path to blob id; returns the root tree's id. */
export function writeTree(
  batch: ObjectBatch,
  algorithm: ObjectReader['algorithm'],
  files: ReadonlyMap<string, Oid>,
): Oid {
  const root = new Folder();
  for (const [path, oid] of files) root.set(path.split('/'), oid);
  return root.write(batch, algorithm);
}

class Folder {
  readonly #files = new Map<string, Oid>();
  readonly #folders = new Map<string, Folder>();

  set(path: readonly string[], oid: Oid): void {
    const [name, ...rest] = path as [string, ...string[]];
    if (rest.length === 0) {
      this.#files.set(name, oid);
      return;
    }
    let folder = this.#folders.get(name);
    if (folder === undefined) {
      folder = new Folder();
      this.#folders.set(name, folder);
    }
    folder.set(rest, oid);
  }

  write(batch: ObjectBatch, algorithm: ObjectReader['algorithm']): Oid {
    const entries: TreeEntry[] = [];
    for (const [name, oid] of this.#files) entries.push({ mode: '100644', name, oid });
    for (const [name, folder] of this.#folders) {
      entries.push({ mode: '40000', name, oid: folder.write(batch, algorithm) });
    }
    return batch.put('tree', encodeTree(algorithm, entries));
  }
}

/**
 * Replaces, adds (`oid`) or removes (`null`) whole folders at three-level paths of a journal tree. Reads
 * only the trees on the way. Emptied parents vanish. Returns the new root tree.
 */
export async function replaceFolders(
  reader: ObjectReader,
  batch: ObjectBatch,
  root: Oid | null,
  changes: ReadonlyMap<string, Oid | null>,
): Promise<Oid> {
  const edit = new TreeEdit(reader, batch);
  const grouped = groupByHead(changes);
  return (await edit.apply(root, grouped)) ?? batch.put('tree', Buffer.alloc(0));
}

type Change = Oid | null | Map<string, Change>;

function groupByHead(changes: ReadonlyMap<string, Oid | null>): Map<string, Change> {
  const top = new Map<string, Change>();
  for (const [path, oid] of changes) {
    const parts = path.split('/');
    let level = top;
    for (const part of parts.slice(0, -1)) {
      let next = level.get(part);
      if (!(next instanceof Map)) {
        next = new Map();
        level.set(part, next);
      }
      level = next;
    }
    level.set(parts.at(-1)!, oid);
  }
  return top;
}

class TreeEdit {
  readonly #reader: ObjectReader;
  readonly #batch: ObjectBatch;

  constructor(reader: ObjectReader, batch: ObjectBatch) {
    this.#reader = reader;
    this.#batch = batch;
  }

  /** New tree id, or null when nothing is left in it. */
  async apply(tree: Oid | null, changes: ReadonlyMap<string, Change>): Promise<Oid | null> {
    const entries = new Map<string, TreeEntry>();
    if (tree !== null) for (const entry of await this.#reader.readTree(tree)) entries.set(entry.name, entry);
    for (const [name, change] of changes) {
      const before = entries.get(name);
      const oid = change instanceof Map ? await this.apply(before?.oid ?? null, change) : change;
      if (oid === null) entries.delete(name);
      else entries.set(name, { mode: '40000', name, oid });
    }
    if (entries.size === 0) return null;
    return this.#batch.put('tree', encodeTree(this.#reader.algorithm, [...entries.values()]));
  }
}
