/** `ObjectReader` for engines that can only fetch one object by id: trees are walked here. */
import { OtError } from '../base/errors.ts';
import { assertOid, assertTreePath, decodeCommit, decodeTree } from './object-codec.ts';
import type { GitObject, HashAlgorithm, ObjectInfo, ObjectReader, Oid, TreeEntry } from './ports.ts';

/** Fetches one object: null when it is not there, throws `OT_OBJECT_CORRUPT` when it is damaged. */
export type LoadObject = (oid: Oid) => Promise<Omit<GitObject, 'oid'> | null>;

export class WalkingReader implements ObjectReader {
  readonly algorithm: HashAlgorithm;
  readonly #load: LoadObject;

  constructor(algorithm: HashAlgorithm, load: LoadObject) {
    this.algorithm = algorithm;
    this.#load = load;
  }

  async read(oid: Oid): Promise<GitObject | null> {
    assertOid(oid, this.algorithm);
    const object = await this.#load(oid);
    return object === null ? null : { oid, ...object };
  }

  async info(oid: Oid): Promise<ObjectInfo | null> {
    return infoOf(await this.read(oid));
  }

  async resolve(root: Oid, path: string): Promise<ObjectInfo | null> {
    return infoOf(await this.readPath(root, path));
  }

  async probe(root: Oid, path: string): Promise<ObjectInfo | null> {
    try {
      return await this.resolve(root, path);
    } catch (error) {
      if (error instanceof OtError && error.kind === 'corrupt') return null;
      throw error;
    }
  }

  async readPath(root: Oid, path: string): Promise<GitObject | null> {
    assertTreePath(path);
    const tree = await this.#peel(root);
    if (tree === null || path === '') return tree;
    let entries = decodeTree(this.algorithm, tree.data);
    const names = path.split('/');
    for (const [depth, name] of names.entries()) {
      const entry = entries.find((candidate) => candidate.name === name);
      if (entry === undefined || entry.mode === '160000') return null;
      if (depth === names.length - 1) return this.read(entry.oid);
      if (entry.mode !== '40000') return null;
      entries = [...(await this.readTree(entry.oid))];
    }
    return null;
  }

  async readTree(treeish: Oid): Promise<readonly TreeEntry[]> {
    const tree = await this.#peel(treeish);
    if (tree !== null) return decodeTree(this.algorithm, tree.data);
    const object = await this.read(treeish);
    if (object === null) throw missing(treeish);
    throw new OtError('OT_OBJECT_TYPE', 'corrupt', `object ${treeish} is a ${object.type}, not a tree`);
  }

  async close(): Promise<void> {}

  /** The tree itself, or that of a commit, through tags; null for anything else. */
  async #peel(oid: Oid): Promise<GitObject | null> {
    const object = await this.read(oid);
    if (object === null || object.type === 'tree') return object;
    const next = object.type === 'blob' ? null : targetOf(object);
    if (next === null) return null;
    const target = await this.read(next);
    if (target === null) throw missing(next);
    return this.#peel(next);
  }
}

function targetOf(object: GitObject): Oid | null {
  if (object.type === 'commit') return decodeCommit(object.data).tree;
  return /^object ([0-9a-f]{40,64})\n/.exec(object.data.toString('latin1'))?.[1] ?? null;
}

function infoOf(object: GitObject | null): ObjectInfo | null {
  return object === null ? null : { oid: object.oid, type: object.type, size: object.data.length };
}

/** The error for an object that something names and that is not there. */
export function missing(oid: Oid): OtError {
  return new OtError('OT_OBJECT_MISSING', 'corrupt', `object ${oid} is missing`, { hint: HINT });
}

/** The error for an object that is there and cannot be read. */
export function damaged(oid: Oid, cause?: unknown): OtError {
  return new OtError('OT_OBJECT_CORRUPT', 'corrupt', `object ${oid} is damaged`, { hint: HINT, cause });
}

const HINT = 'Run: git ot bucket verify --full';
