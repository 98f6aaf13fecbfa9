/** The id of a patch as typed: its trace may be short. */
import { findTrace } from '../bucket/find.ts';
import type { Shelf } from '../bucket/shelves.ts';
import type { PatchName } from '../trail/explain-patch.ts';

const PATCH = /^tp:([0-9a-f-]{8,36}):(\d{1,9})\.(\d{1,9})$/;

/** Null for what is no such id. Throws what `findTrace` throws. */
export async function patchNamed(shelves: readonly Shelf[], typed: string): Promise<PatchName | null> {
  const [, trace, step, ordinal] = PATCH.exec(typed) ?? [];
  if (trace === undefined) return null;
  const { traceId } = await findTrace(shelves, trace);
  return { traceId, step: Number(step), ordinal: Number(ordinal) };
}
