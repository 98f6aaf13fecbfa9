/**
 * What changed in a work tree while a turn of a session ran (`sources/0/observed/turn-00001.<t6>`): what commands,
 * formatters and generators wrote stands in no transcript. Who wrote is not told: a person may have typed meanwhile.
 */
import * as z from 'zod/mini';

/** One file at one moment. */
export const TurnFileState = z.looseObject({
  /** Id of its bytes as a git blob, SHA-1 or SHA-256 as the code repository has it; absent for what was not read. */
  blob: z.optional(z.string()),
  bytes: z.int(),
  /** Place of its text in `texts`; absent when `omitted` says why. */
  text: z.optional(z.int()),
  /** `too_large`, `over_budget`, `not_a_file`, `not_text`, or `unreadable`. */
  omitted: z.optional(z.string()),
  /** It was written between the event and the look at it. */
  raced: z.optional(z.literal(true)),
});
export type TurnFileState = z.infer<typeof TurnFileState>;

/** When the hook told of it, and when the files were read; ISO 8601 UTC. */
export const TurnMoment = z.looseObject({
  at: z.string(),
  read_at: z.string(),
  /** Commit of HEAD when the files were read; null without commits. */
  head: z.nullable(z.string()),
});
export type TurnMoment = z.infer<typeof TurnMoment>;

export const ObservedTurn = z.looseObject({
  /** Top of the work tree, absolute. */
  top: z.string(),
  from: TurnMoment,
  until: TurnMoment,
  /** By path below `top`; null where there was no file. */
  files: z.array(
    z.looseObject({ path: z.string(), before: z.nullable(TurnFileState), after: z.nullable(TurnFileState) }),
  ),
  /** Each text once. */
  texts: z.array(z.string()),
  /** `too_slow`, `unreadable`, `too_many_files`: then there are no files. `interrupted`: `until` is the next prompt. */
  limitations: z.array(z.string()),
});
export type ObservedTurn = z.infer<typeof ObservedTurn>;
