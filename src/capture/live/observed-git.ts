/**
 * What hooks told of a repository, kept in the trace of the session that worked there. The log does not say where
 * HEAD stood at an edit, nor that a commit became another one; hooks are the only ones who saw it.
 */
import type { Bucket } from '../../bucket/home.ts';
import type { Oid } from '../../git/ports.ts';
import type { ObservedGit } from '../../record/source.ts';
import { observe } from './observe.ts';
import type { SpoolEvent } from './spool.ts';

const MOST_HEADS = 2_000;
const MOST_CHANGES = 500;
const MOST_PAIRS = 2_000;
/** `<oid>`, `<oid> <ref>`, or `ref: <ref>` of a branch whose commit the hook could not read. */
const HEAD =
  /^(?:ref: (refs\/[\x21-\x7e\x80-\uffff]{1,250})|([0-9a-f]{40}|[0-9a-f]{64})(?: (refs\/[\x21-\x7e\x80-\uffff]{1,250}))?)$/;

type Head = ObservedGit['heads'][number];

/**
 * `known` with what these notes tell. The same notes again change nothing, whatever a killed drain had done with
 * them; null when they tell nothing new but that HEAD still stood where it did.
 */
export function withEvents(known: ObservedGit | null, events: readonly SpoolEvent[]): ObservedGit | null {
  const heads = [...(known?.heads ?? [])];
  const rewrites = [...(known?.rewrites ?? [])];
  const merges = [...(known?.merges ?? [])];
  const before = heads.length + rewrites.length + merges.length;
  for (const event of [...events].sort((left, right) => left.at - right.at)) {
    const head = headOf(event);
    if (head === null) continue;
    addHead(heads, head);
    const { from: at, cwd } = head;
    const { orig, rewritten, source, event: word } = event;
    if (source === 'post-rewrite' && rewritten.length > 0) {
      const pairs = rewritten.slice(0, MOST_PAIRS).map(([left, right]): [string, string] => [left, right]);
      addOnce(rewrites, { at, cwd, by: /^[a-z]{1,20}$/.test(word) ? word : 'other', pairs });
    }
    if (source === 'post-merge' && orig !== null && head.commit !== null) {
      addOnce(merges, { at, cwd, before: orig, after: head.commit, squash: word === '1' });
    }
  }
  return heads.length + rewrites.length + merges.length === before ? null : { heads, rewrites, merges };
}

/** Looks up a branch that had no file of its own, so that the hook could not read its commit; null when it moved since. */
export type PackedTip = (folder: string, ref: string) => Promise<Oid | null>;

/** The same notes, with the commits that can still be told of packed branches. */
export async function withPackedTips(
  events: readonly SpoolEvent[],
  packedTip: PackedTip,
): Promise<SpoolEvent[]> {
  const known = new Map<string, Oid | null>();
  const complete: SpoolEvent[] = [];
  for (const event of events) {
    const place = headOf(event);
    if (place === null || place.commit !== null || place.ref === null) {
      complete.push(event);
      continue;
    }
    const key = `${place.cwd}\0${place.ref}`;
    if (!known.has(key)) known.set(key, await packedTip(place.cwd, place.ref));
    const tip = known.get(key) ?? null;
    complete.push(tip === null ? event : { ...event, head: `${tip} ${place.ref}` });
  }
  return complete;
}

function headOf({ head, cwd, at }: SpoolEvent): Head | null {
  const match = HEAD.exec(head ?? '');
  if (match === null || cwd === null) return null;
  const time = new Date(at).toISOString();
  return { cwd, commit: match[2] ?? null, ref: match[1] ?? match[3] ?? null, from: time, until: time };
}

/** Extends the last place of that folder when HEAD is still there. */
function addHead(heads: Head[], head: Head): void {
  const last = heads.findLastIndex(({ cwd }) => cwd === head.cwd);
  const known = heads[last];
  const isSame = known !== undefined && known.commit === head.commit && known.ref === head.ref;
  if (known !== undefined && isSame && known.from <= head.from) {
    heads[last] = { ...known, until: known.until < head.until ? head.until : known.until };
  } else if (!heads.some((other) => holds(other, head)) && heads.length < MOST_HEADS) {
    heads.push(head);
    heads.sort((left, right) => (left.from < right.from ? -1 : left.from > right.from ? 1 : 0));
  }
}

/** True when `other` tells what `head` tells. */
function holds(other: Head, head: Head): boolean {
  const same = other.cwd === head.cwd && other.commit === head.commit && other.ref === head.ref;
  return same && other.from <= head.from && head.until <= other.until;
}

function addOnce<T extends { at: string; cwd: string }>(list: T[], entry: T): void {
  const text = JSON.stringify(entry);
  if (list.length < MOST_CHANGES && !list.some((other) => JSON.stringify(sameKeys(entry, other)) === text)) {
    list.push(entry);
  }
}

/** A stored record has its keys in another order. */
function sameKeys<T extends object>(order: T, value: T): Partial<T> {
  return Object.fromEntries(Object.keys(order).map((key) => [key, value[key as keyof T]])) as Partial<T>;
}

/**
 * Adds what notes tell to a trace, as a journal commit of its own; none when it is known already. Throws what the
 * bucket throws. A trace that cannot be read is left to `verify` and the next capture.
 */
export async function observeGit(
  bucket: Bucket,
  traceId: string,
  events: readonly SpoolEvent[],
): Promise<void> {
  if (events.every((event) => headOf(event) === null)) return;
  await observe(bucket, traceId, async (folder) => {
    const record = withEvents(await folder.git(), events);
    return record === null ? null : { path: folder.names.observed(0, 'git'), record };
  });
}
