/**
 * Where traces can be read from: our own raw lanes, and what each remote gave us, kept in a repository of
 * its own (`$OT_HOME/remotes/<name>.git`) because a promisor remote in the bucket could lose raw objects.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OtError } from '../base/errors.ts';
import type { ObjectReader, Oid, Ref, RefReader } from '../git/ports.ts';
import type { Bucket, Engine } from './home.ts';
import { journalOfRef, LANES_PREFIX, SEALED_PREFIX } from './layout.ts';

export interface Shelf {
  /** Name of the remote these traces were pulled from; absent for our own. */
  readonly remote?: string;
  readonly objects: ObjectReader;
  readonly refs: RefReader;
  readonly prefix: string;
}

/** Tip of one journal. */
export interface JournalTip {
  readonly shelf: Shelf;
  readonly ref: string;
  readonly lane: string;
  readonly month: string;
  readonly commit: Oid;
}

/** A remote's name: one path component, safe in refs and file names. */
export function isRemoteName(name: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) &&
    !name.endsWith('.lock') &&
    !name.endsWith('.git') &&
    !name.includes('..')
  );
}

export function remotesDir(home: string): string {
  return join(home, 'remotes');
}

export function remoteGitDir(home: string, remote: string): string {
  return join(remotesDir(home), `${remote}.git`);
}

export function ownShelf(bucket: Bucket): Shelf {
  const { objects, refs } = bucket.repository;
  return { objects, refs, prefix: LANES_PREFIX };
}

/** Our own shelf first, then one per pulled remote. */
export async function openShelves(bucket: Bucket, engine: Engine): Promise<readonly Shelf[]> {
  const shelves: Shelf[] = [ownShelf(bucket)];
  for (const remote of await pulledRemotes(bucket.home)) {
    shelves.push(await remoteShelf(bucket, engine, remote));
  }
  return shelves;
}

/** A repository that is none does not keep the other shelves from being read: reading it says so. */
async function remoteShelf(bucket: Bucket, engine: Engine, remote: string): Promise<Shelf> {
  try {
    const { objects, refs } = await engine.open(remoteGitDir(bucket.home, remote));
    return { remote, objects, refs, prefix: SEALED_PREFIX };
  } catch (cause) {
    if (!(cause instanceof OtError) || cause.code !== 'OT_NOT_A_REPOSITORY') throw cause;
    return unreadableShelf(bucket, remote, cause);
  }
}

function unreadableShelf(bucket: Bucket, remote: string, cause: OtError): Shelf {
  const fail = async (): Promise<never> => {
    throw new OtError('OT_REMOTE_DAMAGED', 'corrupt', `remotes/${remote}.git is not a git repository`, {
      hint: `delete ${remoteGitDir(bucket.home, remote)}, then: git ot bucket remote pull ${remote}`,
      cause,
    });
  };
  const reads = { read: fail, info: fail, resolve: fail, probe: fail, readPath: fail, readTree: fail };
  const objects = { algorithm: bucket.repository.algorithm, ...reads, close: async () => undefined };
  return { remote, objects, refs: { read: fail, list: fail }, prefix: SEALED_PREFIX };
}

async function pulledRemotes(home: string): Promise<string[]> {
  try {
    const names = await readdir(remotesDir(home));
    return names
      .filter((name) => name.endsWith('.git') && isRemoteName(name.slice(0, -4)))
      .map((name) => name.slice(0, -4))
      .sort();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Tips of a shelf's journals; refs of other shapes are passed over. */
export async function journalTips(shelf: Shelf): Promise<JournalTip[]> {
  return tipsOf(shelf, await shelf.refs.list(shelf.prefix));
}

/** The journals among refs of a shelf. */
export function tipsOf(shelf: Shelf, refs: readonly Ref[]): JournalTip[] {
  return refs.flatMap(({ name, oid }) => {
    const journal = journalOfRef(name);
    return journal === null ? [] : [{ shelf, ref: name, commit: oid, ...journal }];
  });
}

/**
 * Tree at `traces` or `traces/<hh>` of a journal, null when it has none. Throws `OT_OBJECT_MISSING`,
 * `OT_OBJECT_CORRUPT` or `OT_JOURNAL_DAMAGED` when that cannot be told: a journal must not look empty for it.
 */
export async function folderOfTip(tip: JournalTip, path: string): Promise<Oid | null> {
  const { objects } = tip.shelf;
  const found = await objects.resolve(tip.commit, path);
  if (found?.type === 'tree') return found.oid;
  const info = await objects.info(tip.commit);
  if (info?.type !== 'commit') throw noJournal(tip, info === null);
  let tree = tip.commit;
  for (const name of path.split('/')) {
    const entry = (await objects.readTree(tree)).find((candidate) => candidate.name === name);
    if (entry?.mode !== '40000') return null;
    tree = entry.oid;
  }
  // Named and not found above: this says why.
  await objects.readTree(tree);
  return tree;
}

function noJournal({ ref, commit }: JournalTip, missing: boolean): OtError {
  const hint = 'run: git ot bucket verify --full';
  return missing
    ? new OtError('OT_OBJECT_MISSING', 'corrupt', `commit ${commit} is missing`, { hint })
    : new OtError('OT_JOURNAL_DAMAGED', 'corrupt', `ref ${ref} names no commit`, { hint });
}

export async function closeShelves(shelves: readonly Shelf[]): Promise<void> {
  await Promise.all(shelves.map((shelf) => shelf.objects.close()));
}
