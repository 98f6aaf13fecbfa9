/** The look at a work tree at a prompt and at the end of a turn, and what lies between two of them. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { hashObject } from '../../git/object-codec.ts';
import type { Oid } from '../../git/ports.ts';
import type { CommittedFile, NoChanges, WorkTreeChanges } from '../../git/work-tree.ts';
import { type ObservedTurn, TurnFileState, TurnMoment } from '../../record/turn.ts';
import { readSmallFile } from './small-file.ts';

/** Files that one look takes, longest of them that is kept as text, and most bytes of all texts of a look. */
const MOST_FILES = 500;
const LARGEST_FILE = 256 * 1024;
const LARGEST_LOOK = 2 * 1024 * 1024;

/** Files that differ from HEAD at a moment, by path below `top`; null for one that is gone. */
export const TurnSnapshot = z.object({
  top: z.string(),
  moment: TurnMoment,
  /** An array of pairs: a path is data, and no name of a member. */
  files: z.array(z.tuple([z.string(), z.nullable(TurnFileState)])),
  texts: z.array(z.string()),
  limitations: z.array(z.string()),
});
export type TurnSnapshot = z.infer<typeof TurnSnapshot>;

/** What is asked of git about the work tree whose top is `top`. */
export interface WorkTreeGit {
  readonly changes: (top: string) => Promise<WorkTreeChanges | NoChanges>;
  readonly between: (top: string, from: Oid, to: Oid) => Promise<string[]>;
  readonly filesAt: (
    top: string,
    commit: Oid,
    paths: readonly string[],
  ) => Promise<Map<string, CommittedFile>>;
}

/** Looks at a work tree now; `at` is when the hook told of the event. `top` is absolute and real. */
export async function takeSnapshot(
  git: Pick<WorkTreeGit, 'changes'>,
  top: string,
  at: Date,
  now: () => Date,
): Promise<TurnSnapshot> {
  const changes = await git.changes(top);
  const head = typeof changes === 'string' ? null : changes.head;
  const moment = { at: at.toISOString(), read_at: now().toISOString(), head };
  const none = { top, moment, files: [], texts: [] };
  if (typeof changes === 'string') return { ...none, limitations: [changes] };
  if (changes.paths.length > MOST_FILES) return { ...none, limitations: ['too_many_files'] };
  const files: Array<[string, TurnFileState | null]> = [];
  const texts: string[] = [];
  let room = LARGEST_LOOK;
  for (const path of changes.paths) {
    const read = await stateOf(top, path, room, at, changes.head);
    const { text, state } = read ?? { state: null };
    room -= text?.length ?? 0;
    files.push([path, text === undefined ? state : { ...state!, text: texts.push(text) - 1 }]);
  }
  return { top, moment, files, texts, limitations: [] };
}

interface ReadState {
  readonly state: TurnFileState;
  readonly text?: string;
}

/** Null when the file is gone. */
async function stateOf(
  top: string,
  path: string,
  room: number,
  at: Date,
  head: Oid | null,
): Promise<ReadState | null> {
  const full = join(top, path);
  const real = await realpath(full).catch(() => null);
  if (real === null) return null;
  if (real !== full) return { state: { bytes: 0, omitted: 'not_a_file' } };
  const read = await readSmallFile(full, { largest: LARGEST_FILE, room });
  if (read === null) return null;
  const { bytes, modified, text, omitted } = read;
  const raced = modified.getTime() > at.getTime() ? { raced: true as const } : {};
  if (text === undefined)
    return { state: { bytes, ...(omitted === undefined ? {} : { omitted }), ...raced } };
  const algorithm = head?.length === 64 ? 'sha256' : 'sha1';
  return { state: { blob: hashObject(algorithm, 'blob', Buffer.from(text, 'utf8')), bytes, ...raced }, text };
}

/**
 * What changed from one look to another; null when nothing did. A file that only one of them lists was, at the other,
 * as the commit of that moment has it.
 */
export async function turnBetween(
  git: Pick<WorkTreeGit, 'between' | 'filesAt'>,
  from: TurnSnapshot,
  until: TurnSnapshot,
  isInterrupted: boolean,
): Promise<ObservedTurn | null> {
  const { top } = until;
  const limitations = [...new Set([...from.limitations, ...until.limitations])];
  const turn = { top, from: from.moment, until: until.moment, files: [], texts: [] };
  if (limitations.length > 0) return { ...turn, limitations };
  const [before, after] = [new Map(from.files), new Map(until.files)];
  const moved = await movedPaths(git, from, until);
  const paths = [...new Set([...before.keys(), ...after.keys(), ...moved])].sort();
  if (paths.length > MOST_FILES) return { ...turn, limitations: ['too_many_files'] };
  const [old, young] = [await committed(git, from, paths), await committed(git, until, paths)];
  const texts: string[] = [];
  const files: ObservedTurn['files'] = [];
  for (const path of paths) {
    const states = [
      (before.has(path) ? before : old).get(path) ?? null,
      (after.has(path) ? after : young).get(path) ?? null,
    ] as const;
    if (isSame(...states)) continue;
    files.push({ path, before: kept(states[0], from, texts), after: kept(states[1], until, texts) });
  }
  if (files.length === 0) return null;
  return { ...turn, files, texts, limitations: isInterrupted ? ['interrupted'] : [] };
}

async function movedPaths(
  git: Pick<WorkTreeGit, 'between'>,
  { moment: { head: from } }: TurnSnapshot,
  { top, moment: { head: to } }: TurnSnapshot,
): Promise<string[]> {
  return from === null || to === null || from === to ? [] : git.between(top, from, to);
}

/** States of those files that a look does not list, since they were as committed. */
async function committed(
  git: Pick<WorkTreeGit, 'filesAt'>,
  { top, moment, files }: TurnSnapshot,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Readonly<TurnFileState>>> {
  const listed = new Set(files.map(([path]) => path));
  const clean = paths.filter((path) => !listed.has(path));
  if (moment.head === null || clean.length === 0) return new Map();
  const found = await git.filesAt(top, moment.head, clean);
  return new Map([...found].map(([path, { blob, bytes }]) => [path, { blob, bytes }]));
}

/** Files of which nobody knows more than their size count as the same when that is. */
function isSame(before: TurnFileState | null, after: TurnFileState | null): boolean {
  if (before === null || after === null) return before === after;
  return before.blob === after.blob && before.bytes === after.bytes && before.omitted === after.omitted;
}

/** A state with its text among those of the turn. */
function kept(
  state: TurnFileState | null,
  { texts: own }: TurnSnapshot,
  texts: string[],
): TurnFileState | null {
  const text = state?.text === undefined ? undefined : own[state.text];
  if (state === null || text === undefined) return state;
  const at = texts.indexOf(text);
  return { ...state, text: at < 0 ? texts.push(text) - 1 : at };
}
