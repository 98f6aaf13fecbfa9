/**
 * Context nodes (`context/<first>.<t6>`): per step, what entered the model's window and what left it. A node
 * names texts by step and part and holds none itself; FORMAT.md tells how a window is put together.
 */
import * as z from 'zod/mini';
import { BlobRef } from './step.ts';

/** The four layers of a context; `messages` follows from the nodes, the others are kept as changes. */
export const LAYER_TYPES = ['system', 'messages', 'tool_registry', 'runtime_state'] as const;
export type LayerType = (typeof LAYER_TYPES)[number];
export type FactLayer = Exclude<LayerType, 'messages'>;

export const BRANCH_TYPES = ['root', 'linear', 'compaction_fork', 'subagent_fork', 'rewind_branch'] as const;
export type BranchType = (typeof BRANCH_TYPES)[number];

/** Parts of a step that a window can hold. */
export const PARTS = ['text', 'reasoning', 'calls', 'results', 'attachments'] as const;
export type PartName = (typeof PARTS)[number];

/** The text of a step; with `in_window` it stands only while that step is in the window. */
export const StepText = z.looseObject({ $step: z.int(), in_window: z.optional(z.boolean()) });
export type StepText = z.infer<typeof StepText>;

/** A value of a layer: inline, a text of its own in `context/blobs/`, or the text of a step; null for none. */
export const LayerValue = z.union([
  z.null(),
  z.string(),
  z.number(),
  z.boolean(),
  BlobRef,
  StepText,
  z.array(z.unknown()),
]);
export type LayerValue = z.infer<typeof LayerValue>;

const LayerChange = z.record(z.string(), LayerValue);

/** First and last step of a run, both included. */
const Run = z.tuple([z.int(), z.int()]);

export const DroppedResult = z.looseObject({
  call_id: z.string(),
  /** Step of the call, and what its result was estimated at; absent when the call is not in this trace. */
  step: z.optional(z.int()),
  tokens: z.optional(z.int()),
});
export type DroppedResult = z.infer<typeof DroppedResult>;

export const ContextNode = z.looseObject({
  step_index: z.int(),
  /** Step whose window this one continues; null at a root. */
  parent_step: z.nullable(z.int()),
  branch_type: z.enum(BRANCH_TYPES),
  /** How the step enters the window: as input, as the model's own output, or not at all. */
  enters: z.enum(['input', 'output', 'none']),
  /** A person's turn begins here: reasoning of the turns before it leaves the window. */
  opens_turn: z.optional(z.boolean()),
  /** Estimated tokens of each part that is not empty. */
  tokens: z.optional(z.record(z.string(), z.int())),
  /** What leaves the window just before this step enters. */
  drops: z.optional(
    z.looseObject({
      /** Every message but those of `keep`. */
      before: z.optional(
        z.looseObject({
          keep: z.array(Run),
          /** The summary stands before what is kept; the first `lead` steps when it is more than one. */
          summary_first: z.optional(z.boolean()),
          lead: z.optional(z.int()),
        }),
      ),
      /** Results of these calls, replaced by a mark. */
      results: z.optional(z.array(DroppedResult)),
    }),
  ),
  /** Changed keys of the other layers, from this step on; null removes a key. */
  layers: z.optional(
    z.looseObject({
      system: z.optional(LayerChange),
      tool_registry: z.optional(LayerChange),
      runtime_state: z.optional(LayerChange),
    }),
  ),
  /** Trace ids of the sub-agents this step started. */
  forks: z.optional(z.array(z.string())),
  /**
   * `parent_missing`: the entry names a parent that is not in the source; `boundary_missing`: a summary that no
   * boundary announced.
   */
  limitations: z.optional(z.array(z.string())),
});
export type ContextNode = z.infer<typeof ContextNode>;
