/** Manifest rows of every trace on the shelves: reads trees and `meta` files only. */
import { OtError } from '../base/errors.ts';
import type { MetaRow } from '../record/trace.ts';
import type { TraceCopy } from './find.ts';
import { openCopy } from './find.ts';
import { isTraceId } from './layout.ts';
import { folderOfTip, type JournalTip, journalTips, type Shelf } from './shelves.ts';

export interface ListedTrace {
  readonly row: MetaRow;
  /** Copies of this trace that were found, the one the row was read from first. */
  readonly copies: readonly TraceCopy[];
}

/** All copies on one shelf, in ref order. */
export async function allCopies(shelf: Shelf): Promise<TraceCopy[]> {
  const tips = await journalTips(shelf);
  return (await Promise.all(tips.map(copiesOfTip))).flat();
}

/** Every trace folder of one journal. Throws when it, or a tree above its traces, cannot be read. */
export async function copiesOfTip(tip: JournalTip): Promise<TraceCopy[]> {
  const { objects } = tip.shelf;
  const traces = await folderOfTip(tip, 'traces');
  if (traces === null) return [];
  const groups = await Promise.all(
    (await objects.readTree(traces)).map(async (hh) => (hh.mode === '40000' ? objects.readTree(hh.oid) : [])),
  );
  return groups.flat().flatMap((entry) => {
    if (entry.mode !== '40000' || !isTraceId(entry.name)) return [];
    return [{ traceId: entry.name, tip, tree: entry.oid }];
  });
}

/** The same of a journal that a remote may have sent damaged: it holds no trace then. */
export async function copiesOfForeignTip(tip: JournalTip): Promise<TraceCopy[]> {
  try {
    return await copiesOfTip(tip);
  } catch (error) {
    if (error instanceof OtError && error.kind === 'corrupt') return [];
    throw error;
  }
}

/** What cannot be read: a trace, or without an id a whole journal. */
export interface DamagedPlace {
  /** The ref is the shelf's prefix when the refs of a remote cannot be listed. */
  readonly tip: Pick<JournalTip, 'shelf' | 'ref'>;
  readonly traceId?: string;
}

type OnDamage = (place: DamagedPlace, error: unknown) => void;

/**
 * One row per trace: own raw before sealed, then the longer. `onDamage` hears of what cannot be read; refs of
 * ours that cannot be listed are thrown.
 */
export async function listTraces(shelves: readonly Shelf[], onDamage: OnDamage): Promise<ListedTrace[]> {
  const found = new Map<string, { row: MetaRow; copies: TraceCopy[] }>();
  const journals: JournalCounts = new Map();
  for (const shelf of shelves) {
    const copies = await readableCopies(shelf, onDamage);
    const rows = await Promise.all(copies.map((copy) => readRow(copy, onDamage)));
    noteRead(copies, rows, journals);
    copies.forEach((copy, index) => {
      const row = rows[index];
      if (row !== undefined && row !== null) addCopy(found, copy, row);
    });
  }
  noteLost(journals, found.size === 0, onDamage);
  return [...found.values()];
}

async function readableCopies(shelf: Shelf, onDamage: OnDamage): Promise<TraceCopy[]> {
  const tips = await readableTips(shelf, onDamage);
  const copies = tips.map(async (tip) => {
    try {
      return await copiesOfTip(tip);
    } catch (error) {
      onDamage({ tip }, error);
      return [];
    }
  });
  return (await Promise.all(copies)).flat();
}

/** Refs of the journals whose trees cannot be read; of a remote whose refs cannot be listed, their prefix. */
export async function unreadableJournals(shelves: readonly Shelf[]): Promise<string[]> {
  const refs: string[] = [];
  for (const shelf of shelves) {
    await readableCopies(shelf, ({ tip }, error) => {
      if (!(error instanceof OtError) || error.kind !== 'corrupt') throw error;
      refs.push(tip.ref);
    });
  }
  return refs;
}

async function readableTips(shelf: Shelf, onDamage: OnDamage): Promise<JournalTip[]> {
  try {
    return await journalTips(shelf);
  } catch (error) {
    if (shelf.remote === undefined) throw error;
    onDamage({ tip: { shelf, ref: shelf.prefix } }, error);
    return [];
  }
}

type JournalCounts = Map<JournalTip, { traces: number; read: number }>;

function noteRead(
  copies: readonly TraceCopy[],
  rows: readonly (MetaRow | null)[],
  journals: JournalCounts,
): void {
  copies.forEach(({ tip }, index) => {
    const count = journals.get(tip) ?? { traces: 0, read: 0 };
    journals.set(tip, count);
    count.traces += 1;
    if (rows[index] !== null) count.read += 1;
  });
}

/** A journal none of whose traces can be read is as lost as one without trees; of one trace, when nothing else is left. */
function noteLost(journals: JournalCounts, nothingFound: boolean, onDamage: OnDamage): void {
  const hint = 'run: git ot bucket verify --full';
  for (const [tip, { traces, read }] of journals) {
    if (read > 0 || (traces === 1 && !nothingFound)) continue;
    const what = traces === 1 ? 'its one trace cannot' : `none of its ${traces} traces can`;
    onDamage({ tip }, new OtError('OT_RECORD_DAMAGED', 'corrupt', `${what} be read`, { hint }));
  }
}

function addCopy(
  found: Map<string, { row: MetaRow; copies: TraceCopy[] }>,
  copy: TraceCopy,
  row: MetaRow,
): void {
  const known = found.get(copy.traceId);
  if (known === undefined) {
    found.set(copy.traceId, { row, copies: [copy] });
    return;
  }
  const sameKind = isOwn(known.copies[0]!) === isOwn(copy);
  if (sameKind && row.raw_bytes > known.row.raw_bytes) {
    known.row = row;
    known.copies.unshift(copy);
  } else {
    known.copies.push(copy);
  }
}

function isOwn(copy: TraceCopy): boolean {
  return copy.tip.shelf.remote === undefined;
}

async function readRow(
  copy: TraceCopy,
  onDamage: (copy: TraceCopy, error: unknown) => void,
): Promise<MetaRow | null> {
  try {
    return await openCopy(copy).meta();
  } catch (error) {
    onDamage(copy, error);
    return null;
  }
}
