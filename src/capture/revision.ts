/** Two states of a session whose source its agent writes anew: which of them holds the other. */
import { LineSplitter } from '../base/jsonl.ts';
import type { Revision, RevisionScan } from './session-source.ts';

/** `shorter`: the present source is an earlier state of what is stored. */
export type Relation = 'same' | 'grown' | 'shorter' | 'diverged';

/** How the state at hand relates to the stored one: a later state holds everything that the earlier one does. */
export async function revisionRelation(
  newScan: () => RevisionScan,
  stored: AsyncIterable<Buffer>,
  now: AsyncIterable<Buffer>,
): Promise<Relation> {
  const before = await revisionOf(newScan(), stored);
  const after = await revisionOf(newScan(), now);
  const later = (after.updated ?? 0) - (before.updated ?? 0);
  if (later >= 0 && holds(after, before)) return 'grown';
  return later <= 0 && holds(before, after) ? 'shorter' : 'diverged';
}

async function revisionOf(scan: RevisionScan, bytes: AsyncIterable<Buffer>): Promise<Revision> {
  const splitter = new LineSplitter((line) => scan.push(line));
  for await (const part of bytes) splitter.push(part);
  splitter.end();
  return scan.end();
}

/** A state without a name for anything in it tells nothing. */
function holds(outer: Revision, inner: Revision): boolean {
  if (inner.ids.size === 0) return false;
  for (const id of inner.ids) if (!outer.ids.has(id)) return false;
  return true;
}
