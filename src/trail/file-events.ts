/** What happened to one file, in order: what a ledger takes, one after another. */
import { createHash } from 'node:crypto';
import type { CommittedFile } from './history-index.ts';
import { isLook, type PlacedLook, type PlacedPatch } from './read-edits.ts';

/** A file through its renames, with all that happened to it. */
export interface FileGroup {
  /** Every path the file had, sorted. */
  readonly paths: readonly string[];
  /** All in the order of their times. */
  readonly patches: readonly PlacedPatch[];
  readonly looks: readonly PlacedLook[];
  readonly commits: readonly CommittedFile[];
}

/** One of these. */
export interface FileEvent {
  readonly patch: PlacedPatch | null;
  readonly look: PlacedLook | null;
  readonly file: CommittedFile | null;
}

/** All by their times; a commit's time is whole seconds: edits of the same second come before it. */
export function eventsOf({ patches, looks, commits }: Omit<FileGroup, 'paths'>): FileEvent[] {
  const made = looks.length === 0 ? patches : [...patches, ...looks].sort(byTime);
  const events: FileEvent[] = [];
  let next = 0;
  for (const file of commits) {
    for (; next < made.length && made[next]!.time <= file.time; next += 1) events.push(eventOf(made[next]!));
    events.push({ patch: null, look: null, file });
  }
  return [...events, ...made.slice(next).map(eventOf)];
}

function eventOf(made: PlacedPatch | PlacedLook): FileEvent {
  return isLook(made) ? { patch: null, look: made, file: null } : { patch: made, look: null, file: null };
}

type Timed = Pick<PlacedLook, 'session' | 'time' | 'step' | 'ordinal'>;

/** By time, then by trace and place in it. */
export function byTime(left: Timed, right: Timed): number {
  const [one, other] = [left.session.trace_id, right.session.trace_id];
  const byTrace = one < other ? -1 : one > other ? 1 : 0;
  return left.time - right.time || byTrace || left.step - right.step || left.ordinal - right.ordinal;
}

/** Digest of the first events of a file, and of all it is called by. */
export function digestOf(paths: readonly string[], events: readonly FileEvent[]): string {
  const hash = createHash('sha256').update(paths.join('\0'));
  for (const { patch, look, file } of events) {
    const made = patch ?? look;
    if (made !== null) {
      const { session, step, ordinal, time, root, path, digest } = made;
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
