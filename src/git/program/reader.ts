/** `ObjectReader` over one long-lived `git cat-file --batch-command`: requests are pipelined, replies come in order. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OtError } from '../../base/errors.ts';
import { assertOid, assertTreePath, decodeCommit, decodeTree } from '../object-codec.ts';
import type { GitObject, HashAlgorithm, ObjectInfo, ObjectReader, Oid, TreeEntry } from '../ports.ts';
import type { GitProgram } from '../spawn.ts';
import { damaged, missing } from '../walking-reader.ts';
import { CatFile, type Reply } from './cat-file.ts';

export class ProgramObjectReader implements ObjectReader {
  readonly algorithm: HashAlgorithm;
  readonly #git: GitProgram;
  readonly #gitDir: string;
  readonly #catFile: CatFile;

  /** Starts nothing: the child begins with the first request, or with {@link begin}. */
  constructor(git: GitProgram, gitDir: string, algorithm: HashAlgorithm) {
    this.algorithm = algorithm;
    this.#git = git;
    this.#gitDir = gitDir;
    this.#catFile = new CatFile(git, gitDir);
  }

  /** Starts the child now, so that it is ready when the first request comes. */
  begin(): void {
    this.#catFile.begin();
  }

  async read(oid: Oid): Promise<GitObject | null> {
    assertOid(oid, this.algorithm);
    return this.#present(oid, await this.#catFile.ask('contents', oid));
  }

  async info(oid: Oid): Promise<ObjectInfo | null> {
    assertOid(oid, this.algorithm);
    return this.#present(oid, await this.#catFile.ask('info', oid));
  }

  async resolve(root: Oid, path: string): Promise<ObjectInfo | null> {
    return (await this.#catFile.ask('info', this.#name(root, path))) ?? this.#walk(root, path);
  }

  async probe(root: Oid, path: string): Promise<ObjectInfo | null> {
    return this.#catFile.ask('info', this.#name(root, path));
  }

  async readPath(root: Oid, path: string): Promise<GitObject | null> {
    return (await this.#catFile.ask('contents', this.#name(root, path))) ?? this.#walk(root, path);
  }

  async readTree(treeish: Oid): Promise<readonly TreeEntry[]> {
    const tree = await this.#catFile.ask('contents', this.#name(treeish, ''));
    return decodeTree(this.algorithm, tree === null ? await this.#noTree(treeish) : tree.data);
  }

  close(): Promise<void> {
    return this.#catFile.close();
  }

  /** Name of a path below a root in git's own syntax. */
  #name(root: Oid, path: string): string {
    assertOid(root, this.algorithm);
    assertTreePath(path);
    return path === '' ? `${root}^{tree}` : `${root}:${path}`;
  }

  /**
   * Git found nothing at a path: null when that is so. Damage on the way looks the same to git, so the
   * trees are read one by one; throws for what is damaged, or named by a tree and not there.
   */
  async #walk(root: Oid, path: string): Promise<null> {
    const top = await this.info(root);
    if (top === null || top.type === 'blob') return null;
    let entries = await this.readTree(root);
    const names = path.split('/');
    for (const [depth, name] of names.entries()) {
      const entry = entries.find((candidate) => candidate.name === name);
      if (entry === undefined || entry.mode === '160000') return null;
      if (depth === names.length - 1) await this.info(entry.oid);
      else if (entry.mode !== '40000') return null;
      else entries = await this.readTree(entry.oid);
    }
    return null;
  }

  /** Says why there is no tree: always throws. */
  async #noTree(treeish: Oid): Promise<never> {
    const object = await this.read(treeish);
    if (object === null) throw missing(treeish);
    if (object.type !== 'commit') {
      throw new OtError('OT_OBJECT_TYPE', 'corrupt', `object ${treeish} is a ${object.type}, not a tree`);
    }
    const { tree } = decodeCommit(object.data);
    throw (await this.info(tree)) === null ? missing(tree) : damaged(tree);
  }

  /**
   * `cat-file` calls damaged objects missing. A loose file that is there tells them apart; for packs, git's
   * complaints do, which are asked for again about this one object.
   */
  async #present<T extends Reply | ObjectInfo>(oid: Oid, reply: T | null): Promise<T | null> {
    if (reply !== null) return reply;
    if (await exists(join(this.#gitDir, 'objects', oid.slice(0, 2), oid.slice(2)))) throw damaged(oid);
    if (this.#catFile.complained() && (await this.#isDamaged(oid))) throw damaged(oid);
    return null;
  }

  async #isDamaged(oid: Oid): Promise<boolean> {
    const call = { gitDir: this.#gitDir, okCodes: [0, 1, 128] };
    return /^error: /m.test((await this.#git.run(['cat-file', '-t', oid], call)).stderr);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
