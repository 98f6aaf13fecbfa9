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

/** A value of a layer: inline, a text of its own in `context/blobs/`, or the text of a step. */
export const LayerValue = z.union([
  z.null(),
  z.string(),
  z.number(),
  z.boolean(),
  BlobRef,
  z.looseObject({ $step: z.int() }),
  z.array(z.unknown()),
]);
export type LayerValue = z.infer<typeof LayerValue>;

const LayerChange = z.record(z.string(), LayerValue);

export const ContextNode = z.looseObject({
  step_index: z.int(),
  /** Step whose window this one continues; null at a root. */
  parent_step: z.nullable(z.int()),
  branch_type: z.enum(BRANCH_TYPES),
  /** How the step enters the window: as input, as the model's own output, or not at all. */
  enters: z.enum(['input', 'output', 'none']),
  /** Estimated tokens of each part that is not empty. */
  tokens: z.optional(z.record(z.string(), z.int())),
  /** What leaves the window at this step. */
  drops: z.optional(
    z.looseObject({
      /** Every message before this step but those from `keep_from` on; null keeps none. */
      before: z.optional(z.looseObject({ keep_from: z.nullable(z.int()) })),
      /** Results of these calls, replaced by a mark. */
      results: z.optional(z.array(z.string())),
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
});
export type ContextNode = z.infer<typeof ContextNode>;
