/** What was asked for at a step, longer than the catalog keeps it. */
import type { Sqlite } from '../base/sqlite.ts';
import { SEGMENT_STEPS } from '../bucket/layout.ts';
import type { Shelf } from '../bucket/shelves.ts';
import { openSegment } from '../catalog/segment-lines.ts';
import { copyOf } from './read-edits.ts';
import type { Trail } from './trail.ts';

/** Enough that what is shown of it is far from where it ends. */
const LONGEST = 16 * 1024;

/** The beginning of a prompt; null where its text is not here. */
export async function promptText(
  { database, shelves }: { readonly database: Sqlite; readonly shelves: readonly Shelf[] },
  trail: Trail,
  { trace_id, step }: { readonly trace_id: string; readonly step: number },
): Promise<string | null> {
  const session = trail.sessions.get(trace_id);
  const copy = session === undefined ? null : copyOf(session, shelves);
  if (session === undefined || copy === null) return null;
  const first = step - ((step - 1) % SEGMENT_STEPS);
  const sql = 'SELECT oid FROM segments WHERE trace = ? AND first = ?';
  const [row] = database.all<{ oid: string }>(sql, session.id, first);
  const segment = row === undefined ? null : await openSegment(copy, { first, oid: row.oid });
  const content = (await segment?.step(step))?.content;
  return typeof content === 'string' ? content.slice(0, LONGEST).toWellFormed() : null;
}
