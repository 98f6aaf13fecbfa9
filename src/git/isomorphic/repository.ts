/**
 * Reads repositories with isomorphic-git: where no git program can be started, and as the independent reader
 * that proves what we write is plain git. Load this file lazily: the library is large.
 */
import * as fs from 'node:fs';
import { listRefs, readObject, resolveRef } from 'isomorphic-git';
import { OtError } from '../../base/errors.ts';
import type { ObjectBatch, ObjectStore, ObjectType, Oid, Ref, RefStore, Repository } from '../ports.ts';
import { assertRefName, assertRefPrefix } from '../ref-name.ts';
import { readAlgorithm } from '../repository-format.ts';
import { damaged, WalkingReader } from '../walking-reader.ts';

/**
 * Opens a SHA-1 repository for reading; writing throws `OT_ENGINE_READS_ONLY`. Throws `OT_ENGINE_SHA256` for a
 * SHA-256 repository, which isomorphic-git would read as something else, and `OT_NOT_A_REPOSITORY`.
 */
export async function openIsomorphicRepository(gitDir: string): Promise<Repository> {
  const algorithm = readAlgorithm(gitDir);
  if (algorithm === 'sha256') {
    throw new OtError(
      'OT_ENGINE_SHA256',
      'usage',
      `isomorphic-git cannot read the SHA-256 repository ${gitDir}`,
      {
        hint: 'Use the git engine: leave --engine out.',
      },
    );
  }
  return {
    gitDir,
    algorithm,
    objects: new IsomorphicObjectStore(gitDir),
    refs: new IsomorphicRefStore(gitDir),
  };
}

class IsomorphicObjectStore extends WalkingReader implements ObjectStore {
  constructor(gitDir: string) {
    const cache = {};
    super('sha1', (oid) => load(gitDir, oid, cache));
  }

  batch(): ObjectBatch {
    throw readsOnly();
  }
}

class IsomorphicRefStore implements RefStore {
  readonly #gitDir: string;

  constructor(gitDir: string) {
    this.#gitDir = gitDir;
  }

  async read(name: string): Promise<Oid | null> {
    assertRefName(name);
    const refs = await this.list(name.slice(0, name.lastIndexOf('/') + 1));
    return refs.find((ref) => ref.name === name)?.oid ?? null;
  }

  async list(prefix: string): Promise<readonly Ref[]> {
    assertRefPrefix(prefix);
    const filepath = prefix.slice(0, -1);
    const names = await listRefs({ fs, gitdir: this.#gitDir, filepath });
    const refs: Ref[] = [];
    for (const name of names) {
      const oid = await this.#resolve(`${prefix}${name}`, name);
      if (oid !== null) refs.push({ name: `${prefix}${name}`, oid });
    }
    return refs.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async transaction(): Promise<void> {
    throw readsOnly();
  }

  /** The library also lists packed refs of sibling folders whose name begins alike, by their full name. */
  async #resolve(ref: string, listed: string): Promise<Oid | null> {
    try {
      const oid = await resolveRef({ fs, gitdir: this.#gitDir, ref });
      if (/^[0-9a-f]{40}$/.test(oid)) return oid;
    } catch (error) {
      if (!hasCode(error, 'NotFoundError', 'InvalidRefNameError')) throw error;
      if (listed.startsWith('refs/')) return null;
    }
    throw new OtError('OT_REF_CORRUPT', 'corrupt', `ref ${ref} does not hold an object id`, {
      hint: 'Run: git ot bucket verify --full',
    });
  }
}

async function load(
  gitDir: string,
  oid: Oid,
  cache: object,
): Promise<{ type: ObjectType; data: Buffer } | null> {
  try {
    const found = await readObject({ fs, gitdir: gitDir, oid, format: 'content', cache });
    if (found.format !== 'content') throw damaged(oid);
    const { buffer, byteOffset, byteLength } = found.object;
    return { type: found.type as ObjectType, data: Buffer.from(buffer, byteOffset, byteLength) };
  } catch (error) {
    if (hasCode(error, 'NotFoundError')) return null;
    throw error instanceof OtError ? error : damaged(oid, error);
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as { code?: string } | null)?.code ?? '');
}

function readsOnly(): OtError {
  return new OtError('OT_ENGINE_READS_ONLY', 'usage', 'isomorphic-git only reads here', {
    hint: 'Use the git engine: leave --engine out.',
  });
}
