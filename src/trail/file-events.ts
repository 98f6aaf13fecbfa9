/** What happened to one file, in order: what a ledger takes, one after another. */
import { createHash } from 'node:crypto';
import type { CommittedFile } from './history-index.ts';
import type { PlacedPatch } from './read-edits.ts';

/** A file through its renames, with all that happened to it. */
export interface FileGroup {
  /** Every path the file had, sorted. */
  readonly paths: readonly string[];
  /** Both in the order of their times. */
  readonly patches: readonly PlacedPatch[];
  readonly commits: readonly CommittedFile[];
}

/** Either a patch or a commit. */
export interface FileEvent {
  readonly patch: PlacedPatch | null;
  readonly file: CommittedFile | null;
}

/** Patches and commits by their times; a commit's time is whole seconds: edits of the same second come before it. */
export function eventsOf({ patches, commits }: Pick<FileGroup, 'patches' | 'commits'>): FileEvent[] {
  const events: FileEvent[] = [];
  let next = 0;
  for (const file of commits) {
    for (; next < patches.length && patches[next]!.time <= file.time; next += 1)
      events.push({ patch: patches[next]!, file: null });
    events.push({ patch: null, file });
  }
  for (const patch of patches.slice(next)) events.push({ patch, file: null });
  return events;
}

/** Digest of the first events of a file, and of all it is called by. */
export function digestOf(paths: readonly string[], events: readonly FileEvent[]): string {
  const hash = createHash('sha256').update(paths.join('\0'));
  for (const { patch, file } of events) {
    if (patch !== null) {
      const { session, step, ordinal, time, root, path, digest } = patch;
      hash.update(`\np ${session.trace_id} ${step}.${ordinal} ${time} ${root}\0${path} ${digest}`);
    }
    if (file !== null) {
      const { time, commit, entry } = file;
      const parents = entry.parents.map((parent) => `${parent?.path}\0${parent?.oid}`).join(' ');
      hash.update(`\nc ${commit.oid} ${time} ${entry.path}\0${entry.oid} ${parents} ${entry.repeats}`);
    }
  }
  return hash.digest('hex').slice(0, 40);
}
