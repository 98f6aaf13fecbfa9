/**
 * The work of a refresh, in one transaction: first what the journals hold now, then trace by trace what
 * differs, newest first. What was not done for want of time stands in `pending`; a process that is killed
 * leaves the catalog as it was. Loaded only when there is something to do.
 */
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { openCopy, type TraceCopy } from '../bucket/find.ts';
import type { JournalTip, Shelf } from '../bucket/shelves.ts';
import { type ChangedGroup, type ChangedJournal, changedGroups, changedJournals } from './changes.ts';
import { isPurgeDue, notePurge, purge } from './purge.ts';
import { readAhead } from './read-ahead.ts';
import {
  type ReadSegment,
  type ReadTrace,
  readPins,
  readSegment,
  readTrace,
  readTurns,
  type SegmentRef,
} from './read-trace.ts';
import { dueRetries, noteRetry, type Retry } from './retries.ts';
import { type Catalog, foldLog } from './store.ts';
import { TraceWriter } from './write-trace.ts';
import type { ReadTurn } from './write-turns.ts';

export interface RefreshOptions {
  /** Time of this look, for `built_at`. */
  readonly now: Date;
  /** Asked between traces: false ends the work early, leaving the rest pending. */
  readonly goOn?: () => boolean;
  readonly onTrace?: (done: number, total: number) => void;
}

export interface RefreshReport {
  /** Traces indexed, or dropped because they are gone. */
  readonly traces: number;
  /** Traces that are still to do. */
  readonly pending: number;
  /** Journals whose trees cannot be read. */
  readonly damaged: readonly string[];
  /** Why nothing could be written, though there was something to do. */
  readonly blocked: 'locked' | 'unwritable' | null;
}

interface CopyRow {
  readonly journal: number;
  readonly tree: string;
  readonly remote: string;
  readonly ref: string;
}

/** What no journal holds comes first, then by the month of the journal. */
const NEWEST_FIRST =
  'SELECT p.trace_id FROM pending p LEFT JOIN copies c ON c.trace_id = p.trace_id LEFT JOIN journals j ON j.id = c.journal GROUP BY p.trace_id ORDER BY max(substr(j.ref, -7)) IS NOT NULL, max(substr(j.ref, -7)) DESC, p.trace_id';

/** Segments read at once. */
const WINDOW = 8;

interface Window {
  readonly read: ReadTrace;
  readonly journal: number;
  readonly trace: number;
  readonly segments: readonly ReadSegment[];
  readonly last: boolean;
  /** With the last one: numbers of turns that are gone, and those that were read. */
  readonly turns: { readonly gone: readonly number[]; readonly read: readonly ReadTurn[] };
}

export class Refresh {
  readonly #database: Sqlite;
  readonly #home: string;
  readonly #shelves: readonly Shelf[];
  readonly #options: RefreshOptions;
  readonly #writer: TraceWriter;
  readonly #damaged: string[] = [];

  constructor({ database, home }: Catalog, shelves: readonly Shelf[], options: RefreshOptions) {
    this.#database = database;
    this.#home = home;
    this.#shelves = shelves;
    this.#options = options;
    this.#writer = new TraceWriter(database);
  }

  /** What has changed is asked again under the lock: another process may have taken it in meanwhile. */
  async run(): Promise<RefreshReport> {
    this.#database.exec('BEGIN IMMEDIATE');
    const journals = await changedJournals(this.#database, this.#shelves);
    for (const journal of journals) await this.#compare(journal);
    for (const retry of dueRetries(this.#database, this.#home)) await this.#retry(retry);
    const waiting = this.#database.all<{ trace_id: string }>(NEWEST_FIRST).map((row) => row.trace_id);
    const traces = await this.#index(waiting);
    this.#writer.finish();
    this.#run("INSERT OR REPLACE INTO notes VALUES ('built_at', ?)", this.#options.now.toISOString());
    this.#database.exec('COMMIT');
    foldLog(this.#database);
    if (isPurgeDue(this.#database)) purge(this.#database);
    return { traces, pending: waiting.length - traces, damaged: this.#damaged, blocked: null };
  }

  /** Records what a journal holds now; a journal that cannot be read is left as it was seen before. */
  async #compare({ tip, id }: ChangedJournal): Promise<void> {
    if (tip === null) return this.#forgetJournal(id!);
    const journal = id ?? this.#addJournal(tip);
    let groups: ChangedGroup[];
    try {
      groups = await changedGroups(this.#database, tip, journal);
    } catch (error) {
      if (!(error instanceof OtError)) throw error;
      this.#damaged.push(tip.ref);
      return;
    }
    for (const group of groups) await this.#noteGroup(tip, journal, group);
    this.#run('UPDATE journals SET tip = ? WHERE id = ?', tip.commit, journal);
  }

  /** What has a gap is read again; so is the size of copies whose row could not be read. */
  async #retry(retry: Retry): Promise<void> {
    for (const traceId of retry.traces) {
      this.#run('INSERT OR IGNORE INTO pending VALUES (?)', traceId);
      const sql =
        'SELECT c.journal, c.tree, j.remote, j.ref FROM copies c JOIN journals j ON j.id = c.journal WHERE c.trace_id = ? AND c.raw_bytes < 0';
      for (const row of this.#database.all<CopyRow>(sql, traceId)) {
        const copy = this.#copyOf(traceId, row);
        const size = copy === null ? -1 : await rawBytes(copy.tip, traceId, row.tree);
        const update = 'UPDATE copies SET raw_bytes = ? WHERE trace_id = ? AND journal = ?';
        this.#run(update, size, traceId, row.journal);
      }
    }
    noteRetry(this.#database, retry);
  }

  #addJournal(tip: JournalTip): number {
    const remote = tip.shelf.remote ?? '';
    this.#run("INSERT INTO journals (remote, ref, tip) VALUES (?, ?, '')", remote, tip.ref);
    const sql = 'SELECT id FROM journals WHERE remote = ? AND ref = ?';
    return this.#database.all<{ id: number }>(sql, remote, tip.ref)[0]!.id;
  }

  #forgetJournal(id: number): void {
    this.#run('INSERT OR IGNORE INTO pending SELECT trace_id FROM copies WHERE journal = ?', id);
    for (const table of ['copies', 'groups']) this.#run(`DELETE FROM ${table} WHERE journal = ?`, id);
    this.#run('DELETE FROM journals WHERE id = ?', id);
  }

  async #noteGroup(tip: JournalTip, journal: number, { hh, tree, traces }: ChangedGroup): Promise<void> {
    const sizes = await Promise.all([...traces].map(([traceId, folder]) => rawBytes(tip, traceId, folder)));
    let place = 0;
    for (const [traceId, folder] of traces) {
      if (folder === null)
        this.#run('DELETE FROM copies WHERE trace_id = ? AND journal = ?', traceId, journal);
      else
        this.#run(
          'INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?)',
          traceId,
          journal,
          folder,
          sizes[place]!,
        );
      this.#run('INSERT OR IGNORE INTO pending VALUES (?)', traceId);
      place += 1;
    }
    if (tree === null) this.#run('DELETE FROM groups WHERE journal = ? AND hh = ?', journal, hh);
    else this.#run('INSERT OR REPLACE INTO groups VALUES (?, ?, ?)', journal, hh, tree);
  }

  /** Gives the number of traces done. */
  async #index(waiting: readonly string[]): Promise<number> {
    let done = 0;
    for await (const item of readAhead(this.#windows(waiting))) {
      if (typeof item !== 'string') this.#write(item);
      if (typeof item === 'string' || item.last) {
        const traceId = typeof item === 'string' ? item : item.read.copy.traceId;
        this.#run('DELETE FROM pending WHERE trace_id = ?', traceId);
        done += 1;
        this.#options.onTrace?.(done, waiting.length);
        if (this.#options.goOn?.() === false) break;
      }
    }
    return done;
  }

  /** Windows of the traces to do; just the id of a trace that is done without any. */
  async *#windows(waiting: readonly string[]): AsyncGenerator<Window | string> {
    for (const traceId of waiting) {
      const row = this.#bestCopy(traceId);
      const copy = row === null ? null : this.#copyOf(traceId, row);
      if (row === null || copy === null) this.#forget(traceId);
      else if (!this.#isIndexed(traceId, row)) {
        const read = await readable(copy);
        if (read !== null) {
          yield* this.#windowsOf(read, row.journal);
          continue;
        }
        this.#writer.endUnreadable(traceId, row.journal, row.tree);
      }
      yield traceId;
    }
  }

  #forget(traceId: string): void {
    if (this.#writer.drop(traceId)) notePurge(this.#database);
  }

  async *#windowsOf(read: ReadTrace, journal: number): AsyncGenerator<Window> {
    if (read.pins !== null && !this.#writer.knowsPins(read.pins)) {
      const found = await readPins(read.copy);
      if (found !== null) this.#writer.addPins(read.pins, found.packages);
    }
    const { trace, wanted, replaced } = this.#writer.begin(read);
    if (await hasLostWords(read, replaced)) notePurge(this.#database);
    const changed = this.#writer.changedTurns(trace, read.turns);
    const turns = { gone: changed.gone, read: await readTurns(read.copy, changed.wanted) };
    for (let at = 0; at === 0 || at < wanted.length; at += WINDOW) {
      const segments = await Promise.all(
        wanted.slice(at, at + WINDOW).map((segment: SegmentRef) => readSegment(read.copy, segment)),
      );
      yield { read, journal, trace, segments, turns, last: at + WINDOW >= wanted.length };
    }
  }

  #write({ read, journal, trace, segments, turns, last }: Window): void {
    for (const segment of segments) this.#writer.addSegment(trace, segment);
    if (last) this.#writer.setTurns(trace, turns.gone, turns.read);
    if (last) this.#writer.end(trace, journal, read);
  }

  /** Own before pulled; of pulled ones the one with more raw bytes, then the first by name. */
  #bestCopy(traceId: string): CopyRow | null {
    const sql =
      "SELECT c.journal, c.tree, j.remote, j.ref FROM copies c JOIN journals j ON j.id = c.journal WHERE c.trace_id = ? ORDER BY j.remote <> '', c.raw_bytes DESC, j.remote, j.ref LIMIT 1";
    return this.#database.all<CopyRow>(sql, traceId)[0] ?? null;
  }

  /** One with gaps is not: what was missing may be here now. */
  #isIndexed(traceId: string, { journal, tree }: CopyRow): boolean {
    const sql = 'SELECT 1 AS yes FROM traces WHERE trace_id = ? AND journal = ? AND tree = ? AND gaps = 0';
    return this.#database.all(sql, traceId, journal, tree).length > 0;
  }

  #copyOf(traceId: string, { remote, ref, tree }: CopyRow): TraceCopy | null {
    const shelf = this.#shelves.find((each) => (each.remote ?? '') === remote);
    if (shelf === undefined) return null;
    return { traceId, tree, tip: { shelf, ref, lane: '', month: '', commit: '' } };
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#database.prepare(sql).run(...values);
  }
}

/** Null when not even the manifest row can be read. */
async function readable(copy: TraceCopy): Promise<ReadTrace | null> {
  try {
    return await readTrace(copy);
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

/**
 * True when a pulled copy no longer holds all that was indexed of it: who sealed it anew may have taken something
 * out. A segment that only grew has lost nothing; one that is not here any more may have.
 */
async function hasLostWords(
  { copy, segments }: ReadTrace,
  replaced: readonly SegmentRef[],
): Promise<boolean> {
  if (copy.tip.shelf.remote === undefined) return false;
  const now = new Map(segments.map(({ first, oid }) => [first, oid]));
  for (const { first, oid } of replaced) {
    const [before, after] = await Promise.all([bytesOf(copy, oid), bytesOf(copy, now.get(first))]);
    if (before === null || after === null || !after.subarray(0, before.length).equals(before)) return true;
  }
  return false;
}

async function bytesOf({ tip }: TraceCopy, oid: string | undefined): Promise<Buffer | null> {
  if (oid === undefined) return null;
  try {
    return (await tip.shelf.objects.read(oid))?.data ?? null;
  } catch (error) {
    if (error instanceof OtError) return null;
    throw error;
  }
}

/** Length of the raw sources of a copy, -1 when its row cannot be read: any other copy is better. */
async function rawBytes(tip: JournalTip, traceId: string, tree: string | null): Promise<number> {
  if (tree === null) return 0;
  try {
    return (await openCopy({ traceId, tip, tree }).meta()).raw_bytes;
  } catch (error) {
    if (error instanceof OtError) return -1;
    throw error;
  }
}
