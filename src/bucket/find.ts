/** From an id, or a unique prefix of one, to the trace folder to read. */
import { OtError } from '../base/errors.ts';
import { shortIds } from '../base/short-ids.ts';
import type { Oid } from '../git/ports.ts';
import { isTraceId } from './layout.ts';
import { folderOfTip, type JournalTip, journalTips, type Shelf } from './shelves.ts';
import { TraceFolder } from './trace-folder.ts';

/** One copy of a trace. The same trace can be in our raw lanes and in what several remotes gave us. */
export interface TraceCopy {
  readonly traceId: string;
  readonly tip: JournalTip;
  readonly tree: Oid;
}

const PREFIX = /^[0-9a-f]{8}[0-9a-f-]{0,28}$/;

/**
 * The copy of a trace to read. Throws `OT_TRACE_ID` (exit 2) on what is no id or prefix of at least 8
 * characters, `OT_TRACE_AMBIGUOUS` (exit 2) with `candidates` on a prefix of several traces, `OT_TRACE_NOT_FOUND` (exit 6) when there is none,
 * what damage throws (exit 5) when it may be in a journal that cannot be read.
 */
export async function findTrace(shelves: readonly Shelf[], reference: string): Promise<TraceCopy> {
  const prefix = reference.toLowerCase();
  if (!PREFIX.test(prefix)) {
    throw new OtError(
      'OT_TRACE_ID',
      'usage',
      `'${printable(reference)}' is not a trace id or a prefix of at least 8 characters`,
      {
        hint: 'list the traces: git ot trace list',
      },
    );
  }
  const copies: TraceCopy[] = [];
  const damage: unknown[] = [];
  for (const shelf of shelves) {
    copies.push(...(await copiesIn(shelf, prefix, (error) => damage.push(error))));
    if (isTraceId(prefix) && copies.length > 0) break;
  }
  // What cannot be read may be where the trace is.
  if (copies.length === 0 && damage.length > 0) throw damage[0];
  assertUnique(reference, copies);
  return bestCopy(copies);
}

function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}

function assertUnique(reference: string, copies: readonly TraceCopy[]): void {
  const ids = [...new Set(copies.map((copy) => copy.traceId))].sort();
  if (ids.length === 1) return;
  if (ids.length === 0) {
    throw new OtError('OT_TRACE_NOT_FOUND', 'not_found', `no trace ${reference}`, {
      hint: 'list the traces: git ot trace list --subagents',
    });
  }
  const shown = ids.slice(0, 10).join(', ');
  const short = shortIds(ids);
  throw new OtError(
    'OT_TRACE_AMBIGUOUS',
    'usage',
    `'${reference}' is short for ${ids.length} traces: ${shown}`,
    {
      hint: `give more characters of the id, such as ${short.get(ids[0]!)}`,
      payload: {
        candidates: ids.slice(0, MOST_CANDIDATES).map((id) => ({ trace_id: id, short_id: short.get(id)! })),
      },
    },
  );
}

const MOST_CANDIDATES = 100;

/** Copies of traces whose id starts with `prefix` (at least 8 hex digits); `onDamage` hears of unreadable journals. */
export async function copiesIn(
  shelf: Shelf,
  prefix: string,
  onDamage: (error: OtError) => void = raise,
): Promise<TraceCopy[]> {
  const tips = await journalTips(shelf);
  const probed = (await Promise.all(tips.map((tip) => probeAt(tip, prefix)))).flat();
  if (probed.length > 0) return probed;
  // In none of them, or behind damage: only now is it worth telling these apart.
  const found = tips.map(async (tip) => {
    try {
      return await copiesAt(tip, prefix);
    } catch (error) {
      if (!(error instanceof OtError) || error.kind !== 'corrupt') throw error;
      onDamage(error);
      return [];
    }
  });
  return (await Promise.all(found)).flat();
}

function raise(error: OtError): never {
  throw error;
}

/** One question per journal for a whole id, two for a prefix; damage looks like nothing. */
async function probeAt(tip: JournalTip, prefix: string): Promise<TraceCopy[]> {
  const { objects } = tip.shelf;
  const group = groupOf(prefix);
  if (isTraceId(prefix)) {
    const folder = await objects.probe(tip.commit, `${group}/${prefix}`);
    return folder?.type === 'tree' ? [{ traceId: prefix, tip, tree: folder.oid }] : [];
  }
  const folder = await objects.probe(tip.commit, group);
  return folder?.type === 'tree' ? copiesOfGroup(tip, folder.oid, prefix).catch(noneIfDamaged) : [];
}

function noneIfDamaged(error: unknown): TraceCopy[] {
  if (error instanceof OtError && error.kind === 'corrupt') return [];
  throw error;
}

async function copiesAt(tip: JournalTip, prefix: string): Promise<TraceCopy[]> {
  const folder = await folderOfTip(tip, groupOf(prefix));
  return folder === null ? [] : copiesOfGroup(tip, folder, prefix);
}

function groupOf(prefix: string): string {
  return `traces/${prefix.slice(0, 2)}`;
}

async function copiesOfGroup(tip: JournalTip, folder: Oid, prefix: string): Promise<TraceCopy[]> {
  const entries = await tip.shelf.objects.readTree(folder);
  return entries
    .filter((entry) => entry.mode === '40000' && entry.name.startsWith(prefix) && isTraceId(entry.name))
    .map((entry) => ({ traceId: entry.name, tip, tree: entry.oid }));
}

/** Own raw before sealed; among equals the one with more raw bytes; then the first by ref name. */
export async function bestCopy(copies: readonly TraceCopy[]): Promise<TraceCopy> {
  const own = copies.filter((copy) => copy.tip.shelf.remote === undefined);
  const candidates = own.length > 0 ? own : copies;
  let best = candidates[0]!;
  if (candidates.length === 1) return best;
  let bestBytes = -1;
  for (const copy of candidates) {
    const { raw_bytes: bytes } = await openCopy(copy).meta();
    if (bytes > bestBytes) [best, bestBytes] = [copy, bytes];
  }
  return best;
}

export function openCopy(copy: TraceCopy): TraceFolder {
  return new TraceFolder(copy.tip.shelf.objects, copy.traceId, copy.tree);
}
