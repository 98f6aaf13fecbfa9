/**
 * A Trace Patch: what one call changed in one file. Its texts stay in the step, in the arguments of the call;
 * `editsOfStep` gives them again.
 */
import * as z from 'zod/mini';
import { editsOfStep, type FileEdit, isUnconfirmed } from './file-edits.ts';
import type { Observation, Step } from './step.ts';

export const PATCH_OPS = ['replace', 'write', 'insert', 'patch', 'delete', 'cell'] as const;

/** Where the log shows the file as it was before the call: a git blob id (SHA-1), and the source row that holds it. */
export const ShownFile = z.looseObject({ blob: z.string(), line: z.int(), offset: z.int() });
export type ShownFile = z.infer<typeof ShownFile>;

export const PatchRow = z.looseObject({
  patch_id: z.string(),
  step_index: z.int(),
  /** Position of the call in its step, from 0. */
  call: z.int(),
  time: z.nullable(z.string()),
  /** As the agent wrote it. */
  path: z.string(),
  move_to: z.optional(z.string()),
  op: z.enum(PATCH_OPS),
  before: z.optional(ShownFile),
  /** The log says that there was no such file. */
  created: z.optional(z.literal(true)),
  /** The log does not say how the call ended. */
  unconfirmed: z.optional(z.literal(true)),
});
export type PatchRow = z.infer<typeof PatchRow>;

export function patchIdOf(traceId: string, step: number, ordinal: number): string {
  return `tp:${traceId}:${step}.${ordinal}`;
}

/** Patches of an inflated step, in the order of its calls. */
export function patchRowsOf(traceId: string, step: Step): PatchRow[] {
  return editsOfStep(step).map(({ call, ordinal, path, edits, result }) => ({
    patch_id: patchIdOf(traceId, step.step_index, ordinal),
    step_index: step.step_index,
    call,
    time: step.timestamp ?? null,
    path,
    op: edits[0]!.op,
    ...movedTo(edits),
    ...shownBefore(result),
    ...(isUnconfirmed(result) ? { unconfirmed: true as const } : {}),
  }));
}

function movedTo(edits: readonly FileEdit[]): { move_to?: string } {
  const [move] = edits.flatMap((edit) => (edit.op === 'patch' ? (edit.moveTo ?? []) : []));
  return move === undefined ? {} : { move_to: move };
}

function shownBefore(result: Observation | undefined): Pick<PatchRow, 'before' | 'created'> {
  const shown = ShownFile.safeParse(result?.metadata?.before);
  if (shown.success) return { before: shown.data };
  return result?.metadata?.type === 'create' ? { created: true } : {};
}
