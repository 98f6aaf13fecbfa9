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
