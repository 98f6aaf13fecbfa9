/** Lines of a commit that no branch, tag or reflog leads to, such as a stash's: by all that happened before it. */
import type { Oid } from '../git/ports.ts';
import { eventsOf, type FileEvent } from './file-events.ts';
import { readCommit } from './history.ts';
import { type KnownEdit, Replay } from './replay.ts';
import { blobAt } from './repository.ts';
import type { Trail, TrailOptions } from './trail.ts';

export interface UnlistedFile {
  readonly owners: Int32Array;
  readonly edits: readonly KnownEdit[];
}

/** Null where nothing happened to the file before, or the text is not here. */
export async function unlistedFile(
  { repository }: TrailOptions,
  trail: Trail,
  { path, commit, blob }: { readonly path: string; readonly commit: Oid; readonly blob: Oid },
): Promise<UnlistedFile | null> {
  const { objects, git, gitDir } = repository;
  const [group] = trail.groupsOf([path]);
  if (group === undefined) return null;
  const { committed, authored, parents } = await readCommit(git, gitDir, commit);
  const until = committed * 1000 + 999;
  const events = eventsOf(group).filter((event) => timeOf(event) <= until);
  const found = events.every(({ file }) => file !== null) ? null : await objects.read(blob);
  if (found === null) return null;
  const { ledger, table, edits } = await new Replay(group, trail.sources, events).run();
  const known = ledger.blobs.get(blob);
  if (known !== undefined) return { owners: known.owners, edits };
  const oid = await blobAt(objects, parents[0] ?? null, path);
  const parent = oid === null ? null : { path, oid };
  const ids = table.split(found.data.toString('utf8'));
  const what = { path, parents: [parent], authored: authored * 1000 + 999, repeats: false };
  const { owners } = await ledger.peek(what, ids);
  return { owners, edits };
}

function timeOf({ patch, look, file }: FileEvent): number {
  return (patch ?? look ?? file)!.time;
}
