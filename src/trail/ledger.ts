/**
 * The line ledger of one file, through its renames: replays edits and commits in time order. Every state of
 * the file, in a work tree or as a blob, has an owner for each line. Blobs are known by content, so what a rebase,
 * a cherry-pick or a squash makes again has the owners it had.
 */
import type { Oid } from '../git/ports.ts';
import { applyEdit } from './apply-edit.ts';
import { EditedCells } from './cells.ts';
import { keepFormatted } from './formatted.ts';
import { firstGrafted } from './graft.ts';
import {
  type CommittedLines,
  elsewhere,
  keyOf,
  type LedgerCommit,
  type LedgerEdit,
  type LedgerLook,
  type LedgerSources,
  movedTo,
  noFile,
  olderStates,
  pathOf,
  push,
  restoredStates,
  type SavedLedger,
  type State,
  savedStates,
  type TimedState,
  writtenOver,
} from './ledger-state.ts';
import {
  Alignments,
  agreedLines,
  doubtRetyped,
  fromExact,
  isEveryday,
  type Lines,
  merged,
  notIn,
  recall,
  STRONG,
  TRUSTED,
  take,
} from './line-owners.ts';
import { type LineTable, NOBODY, type Owned, sameLines, unowned } from './lines.ts';
import { LostEdits } from './lost-edits.ts';
import { overwritten } from './overwritten.ts';
import { ownerOf } from './owner.ts';
import type { LinePacker } from './packed-lines.ts';
import { reconciled } from './reconcile.ts';
import { SeenBlobs } from './seen-blobs.ts';
import { OpenTurns } from './turn-lines.ts';

/** Work trees that a commit may come from: those edited last. */
const MOST_PLACES = 6;
/** States of the work tree, and blobs of all branches, that a file written over may have been. */
const MOST_OLDER = 12;
const MOST_BLOBS = 48;
/** Blobs of other branches that a commit may have lines from. */
const MOST_OTHERS = 8;

export class FileLedger {
  readonly #table: LineTable;
  readonly #alignments: Alignments;
  readonly #sources: LedgerSources;
  readonly #blobs = new SeenBlobs();
  readonly #states = new Map<string, TimedState[]>();
  readonly #committed = new Map<string, Oid>();
  readonly #lost: LostEdits;
  readonly #cells: EditedCells;
  /** None is open when a ledger is kept: a turn's end comes with it. */
  readonly #turns: OpenTurns;

  constructor(table: LineTable, sources: LedgerSources) {
    this.#table = table;
    this.#alignments = new Alignments(table);
    this.#sources = sources;
    this.#lost = new LostEdits(table);
    this.#cells = new EditedCells(table);
    this.#turns = new OpenTurns(this.#alignments, (id) => this.#lost.cites(id));
  }

  /** All that later events may need; texts go to the packer. */
  save(packer: LinePacker): SavedLedger {
    const owned = (state: Owned): [number, number] => packer.owned(state);
    return {
      blobs: [...this.#blobs.all].map(([oid, state]) => [oid, ...owned(state)]),
      states: [...this.#states].map(([key, history]) => [key, savedStates(history, owned)]),
      committed: [...this.#committed],
      lost: this.#lost.save(packer),
    };
  }

  static restore(
    table: LineTable,
    sources: LedgerSources,
    { blobs, states, committed, lost }: SavedLedger,
    lists: readonly Int32Array[],
  ): FileLedger {
    const ledger = new FileLedger(table, sources);
    const owned = (ids: number, owners: number): Owned => ({ ids: lists[ids]!, owners: lists[owners]! });
    for (const [oid, ids, owners] of blobs) ledger.#blobs.set(oid, owned(ids, owners));
    for (const [key, history] of states) ledger.#states.set(key, restoredStates(history, owned));
    for (const [path, oid] of committed) ledger.#committed.set(path, oid);
    ledger.#lost.restore(lost, lists);
    return ledger;
  }

  /** False when {@link save} would lose something. */
  get isKeepable(): boolean {
    return this.#cells.isEmpty;
  }

  /** Owners of each blob seen so far. */
  get blobs(): ReadonlyMap<Oid, Owned> {
    return this.#blobs.all;
  }

  async edit(edit: LedgerEdit): Promise<void> {
    const key = keyOf(edit.root, edit.path);
    const history = this.#historyOf(key);
    this.#states.delete(key);
    this.#states.set(key, history);
    const owner = ownerOf(edit.number, 'ledger');
    const [first] = edit.edits;
    if (first?.op === 'cell')
      return this.#cells.edit(first, owner, history.at(-1) ?? (await this.#committedState(edit.path)));
    const text = writtenOver(edit);
    if (text !== null) return push(history, await this.#writeOver(edit, text, history), edit.time);
    const found = await this.#startOf(edit, history);
    const start = found && found !== history.at(-1) ? this.#inTurn(key, found, edit.time) : found;
    if (found !== null && found !== history.at(-1)) push(history, start!, edit.time);
    const end = start === null ? null : this.#apply(start, edit, owner);
    if (end === null) this.#lost.add(edit);
    const next = end ?? start;
    if (next === null) return;
    push(history, { ...next, pending: start?.pending ?? null, base: start?.base ?? null }, edit.time);
    this.#carryMove(edit, next);
  }

  /** Takes a file as it was seen in a work tree, and a turn that began with it. */
  async look({ root, path, time, file, turn }: LedgerLook): Promise<void> {
    const key = keyOf(root, path);
    const history = this.#historyOf(key);
    const last = history.at(-1) ?? null;
    const shown = file && (await this.#shownState({ root, path }, file, history));
    const state = file === null ? noFile(last) : (shown ?? null);
    if (state !== null && state !== last) push(history, this.#inTurn(key, state, time), time);
    if (turn !== null) this.#turns.begin(key, turn);
  }

  #inTurn(key: string, state: State, time: number): State {
    return this.#turns.seen(key, state, { time, others: () => this.#mayHaveBeen([key]) });
  }

  /** All texts that the file may have had. */
  #mayHaveBeen(keys: readonly string[]): Owned[] {
    const states = keys.flatMap((key) => this.#historyOf(key).slice(-MOST_OLDER).reverse());
    const pending = states.flatMap((state) => state.pending ?? []);
    return [...states, ...new Set(pending), ...this.#blobs.last(MOST_BLOBS).reverse()];
  }

  /** A whole file over one that the log does not show: of what it may have been, the state it fits best goes on. */
  async #writeOver({ number, path }: LedgerEdit, text: string, history: readonly State[]): Promise<State> {
    const ids = this.#table.split(text);
    const last = history.at(-1) ?? null;
    const pending = last?.pending ?? null;
    const committed = await this.#committedState(path);
    const base = await this.#sources.base(path);
    const first = base === null ? null : await this.#blobOf(base);
    const others = this.#blobs.last(MOST_BLOBS);
    const before = [committed, ...history.slice(-MOST_OLDER).reverse(), ...others, first].filter(
      (state) => state !== null,
    );
    const owners = overwritten(this.#alignments, ids, {
      states: before,
      waiting: pending,
      owner: ownerOf(number, before.length === 0 ? 'exact_range' : 'ledger'),
      isDoubtful: (id) => this.#lost.cites(id),
    });
    return { ids, owners, pending, base: last?.base ?? null };
  }

  #apply(start: Owned, edit: LedgerEdit, owner: number): Owned | null {
    return edit.edits.reduce<Owned | null>(
      (now, each) => (now === null ? null : applyEdit(this.#table, now, each, owner)),
      start,
    );
  }

  /** A patch may move its file: its state goes on under the new name. */
  #carryMove(edit: LedgerEdit, { ids, owners }: Owned): void {
    const state = { ids, owners, pending: null, base: null };
    for (const key of movedTo(edit)) push(this.#historyOf(key), state, edit.time);
  }

  /** The file before an edit: as the log shows it, else the newest state that the edit fits. */
  async #startOf(edit: LedgerEdit, history: readonly State[]): Promise<State | null> {
    const last = history.at(-1) ?? null;
    if (edit.created) return noFile(last);
    if (edit.before !== undefined) {
      const shown = await this.#shownState(edit, edit.before, history);
      if (shown !== null) return shown;
    }
    const committed = await this.#committedState(edit.path);
    const candidates = [last, committed].filter((state) => state !== null);
    const fits = (state: Owned): boolean => this.#apply(state, edit, NOBODY) !== null;
    const fitting = candidates.find(fits) ?? firstGrafted(this.#table, candidates, edit.edits, fits);
    return fitting === null ? last : { ...fitting, pending: last?.pending ?? null };
  }

  async #committedState(path: string): Promise<State | null> {
    const oid = this.#committed.get(path) ?? (await this.#sources.base(path));
    if (oid === null) return null;
    const known = await this.#blobOf(oid);
    return known === null ? null : { ...known, pending: null, base: oid };
  }

  async #blobOf(oid: Oid): Promise<Owned | null> {
    const known = this.#blobs.get(oid);
    if (known !== undefined) return known;
    const ids = await this.#sources.blob(oid);
    return ids === null ? null : unowned(ids);
  }

  /** Null when the text the log speaks of cannot be read. */
  async #shownState(
    { root, path }: Pick<LedgerEdit, 'root' | 'path'>,
    before: NonNullable<LedgerEdit['before']>,
    history: readonly State[],
  ): Promise<State | null> {
    const last = history.at(-1) ?? null;
    const pending = last?.pending ?? null;
    if (last !== null && this.#sources.isBlob(last.ids, before.blob)) return last;
    const known = this.#blobs.get(before.blob);
    if (known !== undefined) {
      return { ...known, pending: merged(last, pending), base: before.blob };
    }
    const ids = (await this.#sources.blob(before.blob)) ?? (await this.#textOf(before));
    if (ids === null) return null;
    const same = history.findLast((state) => sameLines(state.ids, ids));
    if (same !== undefined) return same;
    const committed = await this.#committedState(path);
    const moved = last === null && committed === null ? elsewhere(this.#states, root, ids) : null;
    if (moved !== null) return moved;
    const older = history.slice(-MOST_OLDER, -1);
    return reconciled(this.#alignments, [last, committed], ids, { pending, older });
  }

  async #textOf(before: NonNullable<LedgerEdit['before']>): Promise<Int32Array | null> {
    const text = await before.text();
    return text === null ? null : this.#table.split(text);
  }

  /** Lines of a text that is in no commit yet, where `commit` names what it would be and its parents. */
  async peek(commit: Omit<LedgerCommit, 'oid'>, ids: Int32Array): Promise<CommittedLines> {
    const lines = await this.#linesOf({ ...commit, oid: '' }, ids, this.#keysOf(commit));
    return { ids, ...lines };
  }

  async #linesOf(commit: LedgerCommit, ids: Int32Array, keys: readonly string[]): Promise<Lines> {
    const lines = await this.#fromParents(commit, ids);
    this.#fromStates(commit, keys, ids, lines);
    this.#fromBlobs(commit, ids, lines);
    this.#lost.claim(ids, lines);
    this.#cells.claim(ids, lines);
    await this.#fromOtherForms(commit, keys, ids, lines);
    return lines;
  }

  /** Takes a commit; the file's lines with their owners, null when the blob is not here. */
  async commit(commit: LedgerCommit, time: number): Promise<CommittedLines | null> {
    const keys = this.#keysOf(commit);
    const mayBe = keys.map((key) => this.#states.get(key)!.at(-1)!.ids);
    const ids = this.#blobs.get(commit.oid)?.ids ?? (await this.#sources.blob(commit.oid, mayBe));
    if (ids === null) return null;
    const lines = await this.#linesOf(commit, ids, keys);
    const known = this.#blobs.get(commit.oid);
    if (known !== undefined)
      recall(known, lines, commit.repeats || !isEveryday(this.#table, ids, known, lines));
    const others = (): Owned[] => this.#mayHaveBeen(keys);
    if (commit.parents.length < 2) this.#turns.committed(keys, ids, lines, { time, others });
    const owned = { ids, owners: lines.owners };
    this.#blobs.set(commit.oid, owned);
    this.#cells.settle(ids);
    this.#committed.set(commit.path, commit.oid);
    await this.#advance(commit, keys, { owned, time });
    return { ...owned, added: lines.added };
  }

  async #fromParents(commit: LedgerCommit, ids: Int32Array): Promise<Lines> {
    const views: Lines[] = [];
    for (const parent of commit.parents) {
      const old = parent === null ? null : await this.#blobOf(parent.oid);
      views.push(this.#alignments.of(old ?? unowned(new Int32Array(0)), ids));
    }
    if (views.length === 1) return { owners: views[0]!.owners.slice(), added: views[0]!.added };
    return agreedLines(views, ids.length);
  }

  /**
   * States of work trees: one that is the very text decides; what it does not know, as lines that came there by a
   * pull, others tell. Else the newest and some before it give lines.
   */
  #fromStates(commit: LedgerCommit, keys: readonly string[], ids: Int32Array, lines: Lines): void {
    const exact = fromExact(keys, this.#states, ids, lines);
    const others = keys.filter((key) => key !== exact);
    for (const key of others) {
      const last = this.#states.get(key)!.at(-1)!;
      const isNext = exact === null && this.#isNext(commit, key, last);
      // A merge has such lines from its other parents.
      const isSingle = commit.parents.length === 1;
      if (isNext && isSingle && last.base !== null) doubtRetyped(this.#alignments, last, ids, lines);
      take(this.#alignments, last, ids, lines, isNext ? 0 : 'surrounded', true);
    }
    const needed = commit.repeats ? TRUSTED : STRONG;
    for (const key of others) {
      const history = this.#states.get(key)!;
      for (const older of olderStates(history, commit.authored))
        take(this.#alignments, older, ids, lines, needed);
      const { pending } = history.at(-1)!;
      if (pending !== null) take(this.#alignments, pending, ids, lines, 'surrounded');
    }
  }

  /** What a formatter made of lines of the work tree that the commit comes from, or of the parent. */
  async #fromOtherForms(commit: LedgerCommit, keys: readonly string[], ids: Int32Array, lines: Lines) {
    const [parent = null, ...more] = commit.parents;
    if (more.length > 0) return;
    const old = parent === null ? null : await this.#blobOf(parent.oid);
    const next = keys.filter((key) => this.#isNext(commit, key, this.#states.get(key)!.at(-1)!));
    for (const from of [...next.map((key) => this.#states.get(key)!.at(-1)!), old])
      if (from !== null) keepFormatted(this.#alignments, from, ids, lines);
  }

  #isNext({ parents, path }: LedgerCommit, key: string, { base }: State): boolean {
    const isOf = pathOf(key) === path || parents.some((parent) => parent?.path === pathOf(key));
    return isOf && parents.some((parent) => (parent?.oid ?? null) === base);
  }

  /** Blobs of other branches: commits made anew have their lines from there. */
  #fromBlobs(commit: LedgerCommit, ids: Int32Array, lines: Lines): void {
    if (!lines.added.some((added, at) => added === 1 && lines.owners[at] === NOBODY)) return;
    const own = new Set([commit.oid, ...commit.parents.map((parent) => parent?.oid)]);
    for (const other of this.#blobs.last(MOST_OTHERS, (oid) => !own.has(oid)))
      take(this.#alignments, other, ids, lines, commit.repeats ? TRUSTED : STRONG);
  }

  /** Work trees' files at the commit's path, and for a new file those under another name that no commit knows. */
  #keysOf(commit: Omit<LedgerCommit, 'oid'>): string[] {
    const paths = new Set([commit.path, ...commit.parents.flatMap((parent) => parent?.path ?? [])]);
    const keys = [...this.#states].flatMap(([key, history]) => (history.length > 0 ? [key] : []));
    const own = keys.filter((key) => paths.has(pathOf(key)));
    const isNew = own.length === 0 && commit.parents.every((parent) => parent === null);
    return (isNew ? keys.filter((key) => !this.#committed.has(pathOf(key))) : own).slice(-MOST_PLACES);
  }

  /** The work tree goes on from the commit's text. Of several work trees, the one that is nearest. */
  async #advance(
    commit: LedgerCommit,
    keys: readonly string[],
    { owned, time }: { readonly owned: Owned; readonly time: number },
  ): Promise<void> {
    let best: { key: string; state: State; changes: number } | null = null;
    for (const key of keys) {
      const state = this.#states.get(key)!.at(-1)!;
      const changes = this.#alignments.distance(state, owned.ids);
      if (best === null || changes < best.changes) best = { key, state, changes };
    }
    if (best === null) return;
    const pending = merged(await this.#waiting(best.state, commit, owned), best.state.pending);
    const root = best.key.slice(0, best.key.indexOf('\0'));
    push(this.#historyOf(keyOf(root, commit.path)), { ...owned, pending, base: commit.oid }, time);
  }

  /** Agents' lines of a work tree that neither the commit nor its parents have. */
  async #waiting(state: State, commit: LedgerCommit, owned: Owned): Promise<Owned | null> {
    if (sameLines(state.ids, owned.ids)) return null;
    const parents = await Promise.all(commit.parents.map((parent) => parent && this.#blobOf(parent.oid)));
    const texts = [owned, ...parents].flatMap((text) => (text === null ? [] : [text.ids]));
    return notIn(texts, state);
  }

  #historyOf(key: string): TimedState[] {
    let history = this.#states.get(key);
    if (history === undefined) {
      history = [];
      this.#states.set(key, history);
    }
    return history;
  }
}
