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

/** The record as it shall be from now on; null when it stays. */
type Next = (folder: TraceFolder) => Promise<object | null>;

/**
 * Writes `sources/0/observed/<kind>` of a trace; no commit when nothing changes. Resolves with false when the trace
 * is not here. Throws what the bucket throws; a trace that cannot be read is left to `verify` and the next capture.
 */
export async function observe(bucket: Bucket, traceId: string, kind: string, next: Next): Promise<boolean> {
  const found = await find(bucket, traceId);
  if (found === null) return false;
  if ((await nextOf(found.folder, next)) === null) return true;
  await withWritableBucket(bucket, (writable) => append(writable, traceId, kind, next));
  return true;
}

async function append(bucket: Bucket, traceId: string, kind: string, next: Next): Promise<void> {
  const { repository, platform } = bucket;
  const found = await find(bucket, traceId);
  const record = found === null ? null : await nextOf(found.folder, next);
  if (found === null || record === null) return;
  const { ref, folder } = found;
  const old = await folder.files();
  const batch = repository.objects.batch();
  const files = new TraceFiles(batch, repository.algorithm, new Set(old.values()));
  files.adopt(old, '');
  putRecord(files, folder.names.observed(0, kind), record);
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

async function nextOf(folder: TraceFolder, next: Next): Promise<object | null> {
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
