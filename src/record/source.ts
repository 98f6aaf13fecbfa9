/**
 * Source descriptor (`sources/<n>/meta.<t6>`): what a capture was derived from. A source is stored
 * lossless beside it as chunks `00000.<t6>`, `00001.<t6>`, ... whose concatenation is the exact file.
 */
import * as z from 'zod/mini';

export const SOURCE_SCHEMA_VERSION = 'opentraces.source.v1';

/** Facts seen beside the session when it was captured; they are inputs, so a rebuild finds them again. */
export const ObservedProject = z.looseObject({
  id: z.string(),
  name: z.string(),
  /** Folder the session ran in, as the session or `--project` told. */
  cwd: z.nullable(z.string()),
  /** Ids the same folder had earlier or later (`p-...` before its first commit, then `g-...`). */
  aliases: z.optional(z.array(z.string())),
  head: z.optional(z.nullable(z.string())),
  remote: z.optional(z.nullable(z.string())),
});
export type ObservedProject = z.infer<typeof ObservedProject>;

/** What lock files of the project pinned when its session was first captured. */
export const ObservedDependencies = z.looseObject({
  /** Lock files by their names in the project's folder, and how many packages each pins. */
  files: z.array(z.looseObject({ path: z.string(), ecosystem: z.string(), packages: z.int() })),
  /** At most 5,000; `source` is the file of `files` that pins it. */
  packages: z.array(
    z.looseObject({ name: z.string(), version: z.string(), ecosystem: z.string(), source: z.string() }),
  ),
});
export type ObservedDependencies = z.infer<typeof ObservedDependencies>;

/** What hooks told of the repository while the session went on; grows with the session. */
export const ObservedGit = z.looseObject({
  /** Where HEAD stood, by folder and in order of `from`; the same from `from` to `until`, as far as hooks were run. */
  heads: z.array(
    z.looseObject({
      cwd: z.string(),
      /** Null when HEAD's branch had no file of its own: unborn, or packed. */
      commit: z.nullable(z.string()),
      /** Null when HEAD was detached. */
      ref: z.nullable(z.string()),
      from: z.string(),
      until: z.string(),
    }),
  ),
  /** Commits that were replaced, with what replaced them; `by` is git's word, `amend` or `rebase`. */
  rewrites: z.array(
    z.looseObject({
      at: z.string(),
      cwd: z.string(),
      by: z.string(),
      pairs: z.array(z.tuple([z.string(), z.string()])),
    }),
  ),
  /** Merges into HEAD, fast-forwards too, and those that only prepared a commit (`squash`). */
  merges: z.array(
    z.looseObject({
      at: z.string(),
      cwd: z.string(),
      before: z.string(),
      after: z.string(),
      squash: z.boolean(),
    }),
  ),
});
export type ObservedGit = z.infer<typeof ObservedGit>;

/** A record of something seen beside the session, of whatever kind. */
export const ObservedRecord = z.looseObject({});

export const SourceMeta = z.looseObject({
  schema_version: z.literal(SOURCE_SCHEMA_VERSION),
  agent: z.string(),
  /** `session-log`: the agent's own file. `inline-subagent`: the lines of a parent's file that tell of it. */
  kind: z.enum(['session-log', 'inline-subagent']),
  format: z.string(),
  session_id: z.string(),
  /** Native id of the parent session when this is a sub-agent's source. */
  parent_session_id: z.optional(z.string()),
  /** Native agent id when the source is the lines of a parent's file that tell of it. */
  subagent: z.optional(z.string()),
  /** File name without its folder. */
  file_name: z.string(),
  bytes: z.int(),
  chunks: z.int(),
  /** Length in bytes of the raw source; differs from `bytes` only in a sealed copy. */
  raw_bytes: z.int(),
});
export type SourceMeta = z.infer<typeof SourceMeta>;
