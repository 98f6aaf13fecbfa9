/**
 * What the rest of the program knows of git: four ports, types only. Implementations live beside this
 * file; `test/git/conformance.ts` runs the same suite on every one of them. This layer knows nothing
 * of traces.
 */

export type HashAlgorithm = 'sha1' | 'sha256';

/** Object id in lower-case hex: 40 digits (SHA-1) or 64 (SHA-256). */
export type Oid = string;

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface GitObject {
  readonly oid: Oid;
  readonly type: ObjectType;
  /** The object's content, without git's header. */
  readonly data: Buffer;
}

export interface ObjectInfo {
  readonly oid: Oid;
  readonly type: ObjectType;
  /** Content length in bytes. */
  readonly size: number;
}

export type FileMode = '100644' | '100755' | '120000' | '40000' | '160000';

export interface TreeEntry {
  readonly mode: FileMode;
  readonly name: string;
  readonly oid: Oid;
}

/** Read side of an object store. Missing objects are `null`, damaged ones throw `OT_OBJECT_CORRUPT`. */
export interface ObjectReader {
  readonly algorithm: HashAlgorithm;
  read(oid: Oid): Promise<GitObject | null>;
  /** Type and size without the content. */
  info(oid: Oid): Promise<ObjectInfo | null>;
  /** Object at a slash-separated path below a commit or tree; `''` is the root tree itself. */
  resolve(root: Oid, path: string): Promise<ObjectInfo | null>;
  /** Like `resolve` in one question, for which what is damaged on the way is not there either. */
  probe(root: Oid, path: string): Promise<ObjectInfo | null>;
  /** Content and identity in one go of what `resolve` finds. */
  readPath(root: Oid, path: string): Promise<GitObject | null>;
  /** Decoded entries of a tree (a commit is peeled to its tree); throws `OT_OBJECT_TYPE` on a blob. */
  readTree(treeish: Oid): Promise<readonly TreeEntry[]>;
  /** Ends helper processes. Idempotent. */
  close(): Promise<void>;
}

/**
 * One group of objects made durable together. `put` hashes at once and compresses behind the scenes;
 * nothing is promised to be on disk before `commit` resolves. Putting the same object twice is free.
 */
export interface ObjectBatch {
  put(type: ObjectType, data: Buffer): Oid;
  /** Resolves when few enough bytes are in flight; await it between large puts to bound memory. */
  ready(): Promise<void>;
  /** Compresses, writes and fsyncs everything put so far; the batch cannot be used afterwards. */
  commit(): Promise<BatchResult>;
  /** Drops everything; leaves nothing visible in the store. */
  abort(): Promise<void>;
}

export interface BatchResult {
  readonly objects: number;
  readonly bytes: number;
}

export interface ObjectStore extends ObjectReader {
  batch(): ObjectBatch;
}

export interface Ref {
  readonly name: string;
  readonly oid: Oid;
}

/** One edit of a transaction. `expected: null` means the ref must not exist; `next: null` deletes. */
export interface RefEdit {
  readonly name: string;
  readonly next: Oid | null;
  readonly expected: Oid | null;
}

export interface RefReader {
  read(name: string): Promise<Oid | null>;
  /** Refs whose name starts with `prefix` (which ends in `/`), sorted by name. */
  list(prefix: string): Promise<readonly Ref[]>;
  /** Like `list`, where a damaged ref makes that throw: with the names of refs that hold no object id. */
  scan?(prefix: string): Promise<{ readonly refs: readonly Ref[]; readonly broken: readonly string[] }>;
}

export interface RefStore extends RefReader {
  /** All or nothing; throws `OT_REF_CONFLICT` (kind `conflict`, retryable) when an expectation fails. */
  transaction(edits: readonly RefEdit[]): Promise<void>;
}

/** Questions about commits that the `git` program answers. */
export interface History {
  isAncestor(ancestor: Oid, descendant: Oid): Promise<boolean>;
}

export interface RefUpdate {
  /** Local object to publish, `null` to delete the remote ref. */
  readonly oid: Oid | null;
  readonly remoteRef: string;
  /** What the remote ref must be now: an id, or `null` for absent. Always sent as a lease. */
  readonly expected: Oid | null;
  /** Allows a non-fast-forward update (still leased). */
  readonly force: boolean;
}

export interface RefUpdateResult {
  readonly remoteRef: string;
  readonly status: 'ok' | 'up_to_date' | 'stale' | 'non_fast_forward' | 'rejected';
  readonly reason: string;
}

export type TransportProgress = (line: string) => void;

/** Anything `git` can reach: a path, ssh, http(s) with the user's credential helpers. */
export interface Transport {
  listRemote(url: string, prefix: string): Promise<readonly Ref[]>;
  /**
   * Fetches `+<refspec>` lines into this repository; no tags, no FETCH_HEAD, prunes nothing. With `again`
   * every object comes, also what should be here: a repository that lost some has them back.
   */
  fetch(
    url: string,
    refspecs: readonly string[],
    progress?: TransportProgress,
    again?: boolean,
  ): Promise<void>;
  push(
    url: string,
    updates: readonly RefUpdate[],
    progress?: TransportProgress,
  ): Promise<readonly RefUpdateResult[]>;
}

/** A git repository opened through one engine. */
export interface Repository {
  readonly gitDir: string;
  readonly algorithm: HashAlgorithm;
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  /** Packs the repository when it is over its budget; true when it did. The caller holds its lock. */
  maintain?(): Promise<boolean>;
  /** Makes these, of which there is one at least, the only values of a setting of this repository. */
  configure?(name: string, values: readonly string[]): Promise<void>;
}
