/** The manifest row is a pure function of a trace's other files: `bucket manifest --heal` relies on it. */

import type { ObservedProject, SourceMeta } from './source.ts';
import { META_SCHEMA_VERSION, type MetaRow, type TraceHead } from './trace.ts';

/** Row of `meta.<t6>`; texts are clipped so that a row stays under 2 KB. */
export function metaRowOf(
  head: TraceHead,
  sources: readonly SourceMeta[],
  project: ObservedProject,
  filesDigest: string,
): MetaRow {
  const metrics = head.metrics;
  return {
    schema_version: META_SCHEMA_VERSION,
    trace_id: head.trace_id,
    agent: head.agent.name,
    agent_version: clip(head.agent.version, 60),
    model: clip(head.agent.model, 80),
    session_id: head.session_id,
    parser_version: head.parser_version,
    project: { id: project.id, name: clip(project.name, 120) ?? '' },
    ...(head.parent_trace_id === undefined ? {} : { parent_trace_id: head.parent_trace_id }),
    title: clip(head.title, 120),
    timestamp_start: head.timestamp_start ?? null,
    timestamp_end: head.timestamp_end ?? null,
    step_count: metrics.total_steps,
    counts: head.counts,
    tokens: {
      input: metrics.total_input_tokens,
      output: metrics.total_output_tokens,
      cache_read: metrics.total_cache_read_tokens,
      cache_write: metrics.total_cache_creation_tokens,
    },
    raw_bytes: sources.reduce((sum, source) => sum + source.raw_bytes, 0),
    sources: sources.length,
    limitation_count: head.limitations.reduce((sum, limitation) => sum + limitation.count, 0),
    files_digest: filesDigest,
  };
}

/** At most `length` UTF-16 units, never ending in half a surrogate pair. */
function clip(text: string | null | undefined, length: number): string | null {
  if (text === null || text === undefined) return null;
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return cut.isWellFormed() || !text.isWellFormed() ? cut : cut.slice(0, -1);
}
