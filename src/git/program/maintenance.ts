/** Housekeeping of a repository of ours. Only under its lock: `pack-refs` or a repack beside `update-ref` loses updates. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitProgram } from '../spawn.ts';

export interface ObjectCounts {
  readonly looseObjects: number;
  /** Disk space of loose objects in bytes. */
  readonly looseBytes: number;
  readonly packedObjects: number;
  readonly packs: number;
  readonly packBytes: number;
  /** Files in the object folder that belong to nothing. */
  readonly garbage: number;
}

export async function countObjects(git: GitProgram, gitDir: string): Promise<ObjectCounts> {
  const text = await git.text(['count-objects', '-v'], { gitDir });
  const values = new Map(text.split('\n').map((line) => line.split(': ', 2) as [string, string]));
  const number = (name: string) => Number(values.get(name) ?? 0);
  return {
    looseObjects: number('count'),
    looseBytes: number('size') * 1024,
    packedObjects: number('in-pack'),
    packs: number('packs'),
    packBytes: number('size-pack') * 1024,
    garbage: number('garbage'),
  };
}

/** Moves all refs into one file. Caller holds the repository's lock. */
export async function packRefs(git: GitProgram, gitDir: string): Promise<void> {
  await git.run(['pack-refs', '--all', '--prune'], { gitDir });
}

const DEFAULT_PACKS = 20;

/** Bounds the memory of a repack: about 200 MB at most, whatever the size of the repository. */
const PACK_CONFIG = [
  'pack.threads=1',
  'pack.windowMemory=64m',
  'pack.deltaCacheSize=32m',
  'core.bigFileThreshold=32m',
];

export interface RepackBudget {
  /** Packs that may lie beside each other. Default 20. */
  readonly packs?: number;
  /** Disk space that loose objects may take, in bytes. Default 64 MB. */
  readonly looseBytes?: number;
}

/** True when the repository is over one of the two limits. */
export async function needsRepack(
  git: GitProgram,
  gitDir: string,
  budget: RepackBudget = {},
): Promise<boolean> {
  const counts = await countObjects(git, gitDir);
  return (
    counts.packs > (budget.packs ?? DEFAULT_PACKS) ||
    counts.looseBytes > (budget.looseBytes ?? 64 * 1024 * 1024)
  );
}

/**
 * Writes everything into one pack with fresh deltas. Unreachable objects, and files that killed writers left,
 * stay for two weeks. Caller holds the lock. `reuseDeltas` is for repositories of a promisor remote: there, fresh deltas cost space.
 */
export async function repack(
  git: GitProgram,
  gitDir: string,
  options: { readonly reuseDeltas?: boolean } = {},
): Promise<void> {
  const fresh = options.reuseDeltas === true ? [] : ['-f'];
  const args = ['repack', '-A', '-d', ...fresh, '--quiet', '--unpack-unreachable=2.weeks.ago'];
  await git.run(args, { gitDir, config: PACK_CONFIG });
  await git.run(['prune', '--expire=2.weeks.ago'], { gitDir });
}

/** Entries in one of the 256 loose folders from which on a full count is worth its process. */
const PROBE_ENTRIES = 8;

/**
 * Repacks when the repository is over its budget; true when it did. A look at two folders decides whether a
 * full count is needed, so that an ordinary capture pays nothing. Caller holds the lock.
 */
export async function maintain(git: GitProgram, gitDir: string): Promise<boolean> {
  const packs = (await names(join(gitDir, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
  const loose = await names(join(gitDir, 'objects', '17'));
  if (packs.length <= DEFAULT_PACKS && loose.length < PROBE_ENTRIES) return false;
  if (!(await needsRepack(git, gitDir))) return false;
  await repack(git, gitDir);
  return true;
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
