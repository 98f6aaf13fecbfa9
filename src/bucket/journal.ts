/**
 * The journal: one ref per lane and month, one commit per capture transaction. Objects are made durable
 * first, then all refs move in one transaction with expected old values; a conflict re-reads and tries
 * again a bounded number of times with jitter, never by force.
 */
import { OtError } from '../base/errors.ts';
import type { Platform } from '../base/platform.ts';
import { encodeCommit } from '../git/object-codec.ts';
import type { ObjectBatch, Oid, RefEdit, Repository } from '../git/ports.ts';
import { type Sealed, sealedValue } from '../security/seal.ts';
import { SEALED_PREFIX, tracePath } from './layout.ts';
import { replaceFolders } from './tree-edit.ts';

/** New trace folders (tree ids) of one journal ref; `null` removes a trace. */
export interface JournalChange {
  readonly ref: string;
  readonly traces: ReadonlyMap<string, Oid | null>;
  /** Commit message; must hold ids and counts only. */
  readonly message: string;
  /** Begin a fresh, parentless history with this content (forget, stricter policy). */
  readonly restart?: boolean;
}

export interface JournalMove {
  readonly ref: string;
  readonly before: Oid | null;
  readonly after: Oid;
}

const ATTEMPTS = 10;
const IDENTITY = { name: 'opentraces', email: 'opentraces@local' };

/**
 * Appends one commit to each ref. `batch` holds the trees the changes name; it is committed here, before
 * any ref moves. Refs whose tree would not change are left alone. A sealed ref takes `sealed` changes only.
 * Throws `OT_REF_CONFLICT` (exit 7) when other writers win {@link ATTEMPTS} times in a row.
 */
export async function appendJournal(
  repository: Repository,
  batch: ObjectBatch,
  raw: readonly JournalChange[],
  platform: Platform,
  sealed: readonly Sealed<JournalChange>[] = [],
): Promise<readonly JournalMove[]> {
  const changes = [...raw, ...sealed.map(sealedValue)];
  assertNames(raw, false);
  assertNames(changes.slice(raw.length), true);
  let pending = batch;
  for (let attempt = 1; ; attempt += 1) {
    const moves = await prepareMoves(repository, pending, changes, platform);
    await pending.commit();
    try {
      await repository.refs.transaction(moves.map(toEdit));
      return moves;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      await platform.sleep(backOffMs(attempt, platform));
      pending = repository.objects.batch();
    }
  }
}

/** Names are the wall between raw and sealed: neither can be written through the other's door. */
function assertNames(changes: readonly JournalChange[], sealed: boolean): void {
  const stray = changes.find(({ ref }) => ref.startsWith(SEALED_PREFIX) !== sealed);
  if (stray === undefined) return;
  throw new OtError(
    'OT_SEALED_ONLY',
    'refused',
    `${stray.ref} does not take ${sealed ? 'sealed' : 'raw'} traces`,
  );
}

async function prepareMoves(
  repository: Repository,
  batch: ObjectBatch,
  changes: readonly JournalChange[],
  platform: Platform,
): Promise<JournalMove[]> {
  const moves: JournalMove[] = [];
  for (const change of changes) {
    const before = await repository.refs.read(change.ref);
    const oldTree = before === null ? null : await rootTree(repository, before);
    const base = change.restart === true ? null : oldTree;
    const paths = new Map([...change.traces].map(([id, oid]) => [tracePath(id), oid]));
    const tree = await replaceFolders(repository.objects, batch, base, paths);
    if (tree === oldTree && change.restart !== true) continue;
    const parents = before === null || change.restart === true ? [] : [before];
    const after = batch.put('commit', commitData(tree, parents, change.message, platform));
    moves.push({ ref: change.ref, before, after });
  }
  return moves;
}

function commitData(tree: Oid, parents: readonly Oid[], message: string, platform: Platform): Buffer {
  const seconds = Math.floor(platform.now().getTime() / 1000);
  const person = { ...IDENTITY, seconds, timezone: '+0000' };
  return encodeCommit({ tree, parents: [...parents], author: person, committer: person, message });
}

/** Tree of a journal commit; throws `OT_JOURNAL_DAMAGED` when the ref points at anything else. */
export async function rootTree(repository: Repository, commit: Oid): Promise<Oid> {
  const info = await repository.objects.resolve(commit, '');
  if (info === null || info.type !== 'tree') {
    throw new OtError('OT_JOURNAL_DAMAGED', 'corrupt', `journal commit ${commit} has no readable tree`, {
      hint: 'run: git ot bucket verify --full',
    });
  }
  return info.oid;
}

function toEdit(move: JournalMove): RefEdit {
  return { name: move.ref, next: move.after, expected: move.before };
}

function isConflict(error: unknown): boolean {
  return error instanceof OtError && error.code === 'OT_REF_CONFLICT';
}

function backOffMs(attempt: number, platform: Platform): number {
  return 1 + (Number.parseInt(platform.randomHex(2), 16) % (10 * 2 ** Math.min(attempt, 6)));
}
