/** What a ledger takes and what it keeps: edits, commits, and the states of a file in a work tree. */
import type { Oid } from '../git/ports.ts';
import type { FileEdit } from '../record/file-edits.ts';
import { type Owned, sameLines } from './lines.ts';
import type { SavedLostEdits } from './lost-edits.ts';

/** One patch of an agent, as the ledger takes it. */
export interface LedgerEdit {
  /** Place in the list of all edits. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Work tree and path. */
  readonly root: string;
  readonly path: string;
  readonly edits: readonly FileEdit[];
  /** The log says that there was no file. */
  readonly created: boolean;
  /** Blob id (SHA-1) of the file as the log shows it before the edit, and its text. */
  readonly before?: { readonly blob: Oid; readonly text: () => Promise<string | null> };
}

/** A turn during which commands may have changed a file; times in milliseconds since 1970. */
export interface LedgerTurn {
  readonly until: number;
  /** Lines at its end; null for no file, and where that is not known. */
  readonly after: Int32Array | null;
  /** Steps with commands, the earliest first, and who owns what the commands of one wrote. */
  readonly steps: ReadonlyArray<{ readonly time: number; readonly owner: () => number }>;
}

/** A file as it was seen in a work tree; null: there was none, undefined: what it was is not known. */
export interface LedgerLook extends Pick<LedgerEdit, 'root' | 'path' | 'time'> {
  readonly file: NonNullable<LedgerEdit['before']> | null | undefined;
  /** The turn that begins with it. */
  readonly turn: LedgerTurn | null;
}

/** A file as a commit left it; against each parent what it was there, null for none. */
export interface LedgerCommit {
  readonly path: string;
  readonly oid: Oid;
  readonly parents: ReadonlyArray<{ readonly path: string; readonly oid: Oid } | null>;
  /** When its text was written, in milliseconds since 1970: a rebase or a forge commits it later. */
  readonly authored: number;
  /** Made anew from another commit, or undoing one: what stood before may stand again. */
  readonly repeats: boolean;
}

/** Lines of a committed file: owners, and which lines the commit brought. */
export interface CommittedLines extends Owned {
  readonly added: Uint8Array;
}

export interface State extends Owned {
  /** Agents' lines that were in the work tree and in no commit since; null for none. */
  readonly pending: Owned | null;
  /** The blob that the work tree's file began with. */
  readonly base: Oid | null;
}

/** A state, and since when the work tree had it, in milliseconds since 1970. */
export interface TimedState extends State {
  readonly time: number;
}

export interface LedgerSources {
  /**
   * Lines of a blob of the code repository; null for one that is missing, binary or too large. Texts that it may
   * well be are looked at first: to read it costs more.
   */
  readonly blob: (oid: Oid, mayBe?: readonly Int32Array[]) => Promise<Int32Array | null>;
  /** Whether lines are the blob of that id (SHA-1), with an end behind the last of them or without. */
  readonly isBlob: (ids: Int32Array, blob: Oid) => boolean;
  /** What a path held before its first commit here, or holds now when it was never committed since. */
  readonly base: (path: string) => Promise<Oid | null>;
}

/** A ledger whose lists of numbers are written elsewhere and named by their places. */
export interface SavedLedger {
  readonly blobs: ReadonlyArray<readonly [oid: Oid, ids: number, owners: number]>;
  readonly states: ReadonlyArray<readonly [key: string, history: readonly SavedState[]]>;
  readonly committed: ReadonlyArray<readonly [path: string, oid: Oid]>;
  readonly lost: SavedLostEdits;
}

export type SavedState = readonly [
  ids: number,
  owners: number,
  pending: readonly [number, number] | null,
  base: Oid | null,
  time: number,
];

export function savedStates(
  history: readonly TimedState[],
  owned: (state: Owned) => [number, number],
): SavedState[] {
  return history.map((state) => [
    ...owned(state),
    state.pending && owned(state.pending),
    state.base,
    state.time,
  ]);
}

export function restoredStates(
  history: readonly SavedState[],
  owned: (ids: number, owners: number) => Owned,
): TimedState[] {
  return history.map(([ids, owners, pending, base, time]) => {
    return { ...owned(ids, owners), pending: pending && owned(...pending), base, time };
  });
}

/** States of a work tree's file that are kept. */
const MOST_STATES = 64;

/** The text of a whole file that was written over another one, or none, which the log does not show. */
export function writtenOver({ edits, created, before }: LedgerEdit): string | null {
  const [edit] = edits;
  return edits.length === 1 && edit?.op === 'write' && !created && before === undefined ? edit.text : null;
}

/** No file, where there was one before. */
export function noFile(before: State | null): State {
  return { ids: new Int32Array(0), owners: new Int32Array(0), pending: before?.pending ?? null, base: null };
}

/** Keys of the files that an edit's patches move its file to. */
export function movedTo({ root, path, edits }: LedgerEdit): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return edits.flatMap((edit) => {
    if (edit.op !== 'patch' || edit.moveTo === undefined) return [];
    return [keyOf(root, edit.moveTo.includes('/') ? edit.moveTo : `${folder}${edit.moveTo}`)];
  });
}

export function keyOf(root: string, path: string): string {
  return `${root}\0${path}`;
}

export function pathOf(key: string): string {
  return key.slice(key.indexOf('\0') + 1);
}

export function push(history: TimedState[], state: State, time: number): void {
  history.push({ ...state, time });
  if (history.length > MOST_STATES) history.shift();
}

/** States before the newest that a commit may come from: the last ones, and those of when its text was written. */
export function olderStates(history: readonly TimedState[], authored: number): TimedState[] {
  const written = history.findLastIndex(({ time }) => time <= authored) + 1;
  const places = new Set<number>();
  for (const end of [history.length - 1, written])
    for (let at = Math.max(0, end - MOST_OLDER); at < end; at += 1) places.add(at);
  return [...places].sort((left, right) => right - left).map((at) => history[at]!);
}

/** Lines may come back after many others, as from a stash. */
const MOST_OLDER = 15;

/** The very text under another name of the same work tree: somebody moved the file, unseen. */
export function elsewhere(
  states: ReadonlyMap<string, readonly State[]>,
  root: string,
  ids: Int32Array,
): State | null {
  for (const [key, history] of states) {
    const state = key.startsWith(`${root}\0`) ? history.at(-1) : undefined;
    if (state !== undefined && sameLines(state.ids, ids)) return { ...state, pending: null, base: null };
  }
  return null;
}
