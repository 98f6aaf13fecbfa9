/** What was seen beside a session, added to its trace as a journal commit of its own. */
import { OtError } from '../../base/errors.ts';
import type { Bucket } from '../../bucket/home.ts';
import { appendJournal } from '../../bucket/journal.ts';
import { JournalIndex } from '../../bucket/journal-index.ts';
import { withWritableBucket } from '../../bucket/lane.ts';
import { ownShelf } from '../../bucket/shelves.ts';
import { TraceFolder } from '../../bucket/trace-folder.ts';
import { putRecord, writeRecords } from '../derive.ts';
import { TraceFiles } from '../trace-files.ts';
import { captureMessage } from '../transaction.ts';

/** A record and its place in the trace, below `sources/0/observed`. */
export interface Observed {
  readonly path: string;
  readonly record: object;
}

/** A record as it shall be from now on; null when everything stays. */
type Next = (folder: TraceFolder) => Promise<Observed | null>;

/**
 * Writes a record of what was seen beside a trace; no commit when nothing changes. Resolves with false when the trace
 * is not here. Throws what the bucket throws; a trace that cannot be read is left to `verify` and the next capture.
 */
export async function observe(bucket: Bucket, traceId: string, next: Next): Promise<boolean> {
  const found = await find(bucket, traceId);
  if (found === null) return false;
  if ((await nextOf(found.folder, next)) === null) return true;
  await withWritableBucket(bucket, (writable) => append(writable, traceId, next));
  return true;
}

async function append(bucket: Bucket, traceId: string, next: Next): Promise<void> {
  const { repository, platform } = bucket;
  const found = await find(bucket, traceId);
  const observed = found === null ? null : await nextOf(found.folder, next);
  if (found === null || observed === null) return;
  const { ref, folder } = found;
  const old = await folder.files();
  const batch = repository.objects.batch();
  const files = new TraceFiles(batch, repository.algorithm, new Set(old.values()));
  files.adopt(old, '');
  putRecord(files, observed.path, observed.record);
  const metas = await folder.sourceMetas();
  const row = writeRecords(
    files,
    await folder.head(),
    metas,
    await folder.project(),
    await folder.dependencies(),
  );
  const traces = new Map([[traceId, files.writeTree()]]);
  await appendJournal(repository, batch, [{ ref, traces, message: captureMessage([row]) }], platform);
}

async function nextOf(folder: TraceFolder, next: Next): Promise<Observed | null> {
  try {
    return await next(folder);
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return null;
    throw error;
  }
}

async function find(bucket: Bucket, traceId: string): Promise<{ ref: string; folder: TraceFolder } | null> {
  const shelf = ownShelf(bucket);
  const found = await new JournalIndex(shelf).find(traceId);
  return found === null
    ? null
    : { ref: found.ref, folder: new TraceFolder(shelf.objects, traceId, found.tree) };
}
