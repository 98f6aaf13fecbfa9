/** `ctx list` and `ctx info`: manifest rows only; no object of a context is read. */
import type { ListedTrace } from '../bucket/list.ts';
import { nodeIdOf } from './ids.ts';

/** Parsers before this version derived no context. */
const FIRST_WITH_CONTEXT = 2;

export interface ContextRow {
  readonly trace_id: string;
  readonly title: string | null;
  readonly agent: string;
  readonly model: string | null;
  readonly timestamp_start: string | null;
  readonly has_context: boolean;
  readonly node_count: number;
  readonly leaf_node_id: string | null;
  /** Remote its sealed copy came from; null for our own. */
  readonly remote: string | null;
}

export function contextRow({ row, copies }: ListedTrace): ContextRow {
  const has_context = row.parser_version >= FIRST_WITH_CONTEXT;
  const count = has_context ? row.step_count : 0;
  return {
    trace_id: row.trace_id,
    title: row.title ?? null,
    agent: row.agent,
    model: row.model ?? null,
    timestamp_start: row.timestamp_start ?? null,
    has_context,
    node_count: count,
    leaf_node_id: count === 0 ? null : nodeIdOf(row.trace_id, count),
    remote: copies[0]?.tip.shelf.remote ?? null,
  };
}

/** Newest first; those without a time last. */
export function contextRows(listed: readonly ListedTrace[], subagents: boolean): ContextRow[] {
  const shown = listed.filter(({ row }) => subagents || row.parent_trace_id === undefined);
  const rows = shown.map(contextRow);
  const key = ({ timestamp_start, trace_id }: ContextRow): string => `${timestamp_start ?? ''}\0${trace_id}`;
  return rows.sort((left, right) => (key(left) < key(right) ? 1 : -1));
}
