/**
 * What was seen when a session started (`sources/0/observed/start.<t6>`): the instruction files its agent reads by
 * itself, and the names of the environment's variables. No transcript holds them.
 */
import * as z from 'zod/mini';

export const InstructionFile = z.looseObject({
  /** Absolute. */
  path: z.string(),
  /** `user`: of the person on this machine; `project`: of the folder the session runs in, and those above it. */
  scope: z.enum(['user', 'project']),
  modified_at: z.string(),
  bytes: z.int(),
  /** Place of its text in `texts`; absent when `omitted` says why. */
  text: z.optional(z.int()),
  /** Id of the text as a git blob of this bucket. */
  blob: z.optional(z.string()),
  /** git ignores it: its text stays on this machine. */
  ignored: z.optional(z.boolean()),
  /** `too_large`, `over_budget`, `link_outside`, `not_a_file`, `not_text`, `unreadable`, or `private`. */
  omitted: z.optional(z.string()),
});
export type InstructionFile = z.infer<typeof InstructionFile>;

export const SessionStart = z.looseObject({
  /** When the hook told of the start, and when the files were read; ISO 8601 UTC. */
  at: z.string(),
  read_at: z.string(),
  cwd: z.nullable(z.string()),
  /** In the order the agent reads them. */
  files: z.array(InstructionFile),
  /** Sorted; null when the process that read the files was not started by this session's hook. */
  environment_names: z.nullable(z.array(z.string())),
});
export type SessionStart = z.infer<typeof SessionStart>;

export const ObservedStart = z.looseObject({
  /** In order of `at`; a start at which everything was as before is left out. */
  starts: z.array(SessionStart),
  /** Each text once. */
  texts: z.array(z.string()),
});
export type ObservedStart = z.infer<typeof ObservedStart>;
