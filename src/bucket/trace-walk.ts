/** A trace folder walked for checking: what cannot be read, or has no business there, is told and passed over. */
import { OtError } from '../base/errors.ts';
import type { ObjectReader, Oid, TreeEntry } from '../git/ports.ts';

export interface TraceWalk {
  /** Blobs by slash-separated path. */
  readonly files: ReadonlyMap<string, Oid>;
  /** Trees by path, `''` the folder itself; also those that could not be read. */
  readonly folders: ReadonlyMap<string, Oid>;
  readonly unread: readonly { readonly path: string; readonly error: OtError }[];
  /** Entries of a kind that no trace has at that place; they are not looked into. */
  readonly stray: readonly string[];
}

/** Reads trees only, and none but those a trace can have: a hostile tree costs no more than its own entries. */
export async function walkTrace(objects: ObjectReader, tree: Oid): Promise<TraceWalk> {
  const walker = new Walker(objects);
  await walker.folder('', tree);
  return walker;
}

/** Folders that a trace can have, those of later issues included. */
const FOLDER =
  /^(?:steps|patches|context(?:\/blobs)?|blobs(?:\/[0-9a-f]{2})?|sources(?:\/\d{1,6}(?:\/observed)?)?)$/;

class Walker implements TraceWalk {
  readonly files = new Map<string, Oid>();
  readonly folders = new Map<string, Oid>();
  readonly unread: { path: string; error: OtError }[] = [];
  readonly stray: string[] = [];
  readonly #objects: ObjectReader;

  constructor(objects: ObjectReader) {
    this.#objects = objects;
  }

  async folder(path: string, tree: Oid): Promise<void> {
    this.folders.set(path, tree);
    const entries = await this.#entries(path, tree);
    await Promise.all(entries.map((entry) => this.#entry(path, entry)));
  }

  #entry(parent: string, { mode, name, oid }: TreeEntry): Promise<void> | undefined {
    const path = parent === '' ? name : `${parent}/${name}`;
    if (mode === '40000' && FOLDER.test(path)) return this.folder(path, oid);
    if (mode === '100644') this.files.set(path, oid);
    else this.stray.push(path);
    return undefined;
  }

  async #entries(path: string, tree: Oid): Promise<readonly TreeEntry[]> {
    try {
      return await this.#objects.readTree(tree);
    } catch (error) {
      if (!(error instanceof OtError)) throw error;
      this.unread.push({ path, error });
      return [];
    }
  }
}
