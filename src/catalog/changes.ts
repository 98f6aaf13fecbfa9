/** What has changed in the journals since the catalog last looked: a comparison of trees, keyed by ref tips. */
import { OtError } from '../base/errors.ts';
import type { Sqlite } from '../base/sqlite.ts';
import { isTraceId } from '../bucket/layout.ts';
import { folderOfTip, type JournalTip, journalTips, type Shelf } from '../bucket/shelves.ts';
import type { Oid } from '../git/ports.ts';

/** A journal whose tip is another than the catalog has seen, or that is gone. */
export interface ChangedJournal {
  /** Null when the journal is no longer there. */
  readonly tip: JournalTip | null;
  /** Number in the catalog; null when the catalog does not know it yet. */
  readonly id: number | null;
}

/** Traces of a journal below one two-digit prefix that differ from what the catalog has. */
export interface ChangedGroup {
  readonly hh: string;
  /** New tree of the whole group; null when it is gone. */
  readonly tree: Oid | null;
  /** Trace id to its folder, null where it is gone. */
  readonly traces: ReadonlyMap<string, Oid | null>;
}

interface JournalRow {
  readonly id: number;
  readonly remote: string;
  readonly ref: string;
  readonly tip: string;
}

/** Own journals first, so that a trace that is ours is never read from a pulled copy before. */
export async function changedJournals(
  database: Sqlite,
  shelves: readonly Shelf[],
): Promise<ChangedJournal[]> {
  const known = new Map(
    database
      .all<JournalRow>('SELECT id, remote, ref, tip FROM journals')
      .map((row) => [journalKey(row.remote, row.ref), row] as const),
  );
  const changed: ChangedJournal[] = [];
  for (const tip of (await Promise.all(shelves.map(journalTips))).flat()) {
    const key = journalKey(tip.shelf.remote ?? '', tip.ref);
    const row = known.get(key);
    known.delete(key);
    if (row?.tip !== tip.commit) changed.push({ tip, id: row?.id ?? null });
  }
  for (const { id } of known.values()) changed.push({ tip: null, id });
  return changed;
}

function journalKey(remote: string, ref: string): string {
  return `${remote}\0${ref}`;
}

/** Traces that a refresh would look at: what was left pending, and what differs in changed journals. */
export async function outstandingTraces(
  database: Sqlite,
  shelves: readonly Shelf[],
): Promise<{ readonly traces: number; readonly damaged: readonly string[] }> {
  const rows = database.all<{ trace_id: string }>('SELECT trace_id FROM pending');
  const traces = new Set(rows.map(({ trace_id: traceId }) => traceId));
  const damaged: string[] = [];
  for (const { tip, id } of await changedJournals(database, shelves)) {
    try {
      for (const traceId of await tracesOf(database, tip, id ?? UNKNOWN)) traces.add(traceId);
    } catch (error) {
      if (!(error instanceof OtError) || tip === null) throw error;
      damaged.push(tip.ref);
    }
  }
  return { traces: traces.size, damaged };
}

/** Number of no journal. */
const UNKNOWN = -1;

async function tracesOf(database: Sqlite, tip: JournalTip | null, id: number): Promise<string[]> {
  if (tip !== null) {
    const groups = await changedGroups(database, tip, id);
    return groups.flatMap(({ traces }) => [...traces.keys()]);
  }
  const sql = 'SELECT trace_id FROM copies WHERE journal = ?';
  return database.all<{ trace_id: string }>(sql, id).map(({ trace_id: traceId }) => traceId);
}

/** Groups of a journal that differ; reads trees only, and only of those groups. Throws when one cannot be read. */
export async function changedGroups(database: Sqlite, tip: JournalTip, id: number): Promise<ChangedGroup[]> {
  const root = await folderOfTip(tip, 'traces');
  const now = root === null ? new Map<string, Oid>() : await foldersOf(tip.shelf, root, /^[0-9a-f]{2}$/);
  const before = new Map(
    database
      .all<{ hh: string; tree: string }>('SELECT hh, tree FROM groups WHERE journal = ?', id)
      .map(({ hh, tree }) => [hh, tree]),
  );
  const names = [...new Set([...now.keys(), ...before.keys()])].sort();
  const differing = names.filter((hh) => now.get(hh) !== before.get(hh));
  return Promise.all(differing.map((hh) => changedGroup(database, tip, id, hh, now.get(hh) ?? null)));
}

async function changedGroup(
  database: Sqlite,
  { shelf }: JournalTip,
  id: number,
  hh: string,
  tree: Oid | null,
): Promise<ChangedGroup> {
  const traces = new Map<string, Oid | null>();
  for (const { trace_id } of copiesBelow(database, id, hh)) traces.set(trace_id, null);
  const now = tree === null ? [] : await foldersOf(shelf, tree, /./);
  for (const [traceId, folder] of now) {
    if (isTraceId(traceId) && traceId.startsWith(hh)) traces.set(traceId, folder);
  }
  for (const { trace_id, tree: known } of copiesBelow(database, id, hh)) {
    if (traces.get(trace_id) === known) traces.delete(trace_id);
  }
  return { hh, tree, traces };
}

function copiesBelow(database: Sqlite, id: number, hh: string): { trace_id: string; tree: string }[] {
  const sql = 'SELECT trace_id, tree FROM copies WHERE journal = ? AND trace_id >= ? AND trace_id < ?';
  return database.all(sql, id, hh, `${hh}g`);
}

/** Folders right below a tree, by name. */
async function foldersOf(shelf: Shelf, tree: Oid, name: RegExp): Promise<Map<string, Oid>> {
  const entries = await shelf.objects.readTree(tree);
  return new Map(
    entries.flatMap((entry) =>
      entry.mode === '40000' && name.test(entry.name) ? [[entry.name, entry.oid] as const] : [],
    ),
  );
}
