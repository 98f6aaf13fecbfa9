/** Text views of the `ctx` commands that list things. */
import type { Compaction } from '../../context/compactions.ts';
import type { FileAccess } from '../../context/file-access.ts';
import type { ContextRow } from '../../context/list.ts';
import { fields, lineEnd, type Page, printable, table } from './page.ts';

export function contextListView(page: Page, rows: readonly ContextRow[]): string {
  if (rows.length === 0) return 'no traces\n';
  const lines = rows.map(({ trace_id, timestamp_start, agent, has_context, node_count, title }) => [
    trace_id.slice(0, 8),
    (timestamp_start ?? '').slice(0, 16).replace('T', ' '),
    agent,
    has_context ? String(node_count) : '-',
    title ?? '',
  ]);
  return table(page, ['trace', 'time', 'agent', 'nodes', 'title'], lines);
}

export function contextInfoView(page: Page, row: ContextRow): string {
  return fields(page, [
    ['trace', row.trace_id],
    ['agent', printable(row.agent)],
    ['context', row.has_context ? `${row.node_count} nodes` : 'none: captured by an older version'],
    ['leaf', row.leaf_node_id ?? '-'],
    ['from', row.remote === null ? 'here' : `${printable(row.remote)} (sealed copy)`],
  ]);
}

export function compactionsView(page: Page, compactions: readonly Compaction[]): string {
  if (compactions.length === 0) return 'no compactions\n';
  const rows = compactions.map((each) => [
    String(each.index),
    `#${each.step_index}`,
    `${each.tokens_before} to ${each.tokens_after}`,
    each.reported_pre_tokens === null ? '-' : String(each.reported_pre_tokens),
    each.type === 'microcompaction'
      ? `${each.dropped_results.length} results dropped`
      : `${each.removed_messages} messages left, ${each.kept_messages} kept`,
  ]);
  return table(page, ['n', 'step', 'tokens', 'reported', 'what'], rows);
}

/** Columns that step, tool and error take, as a rule. */
const LEAD = 24;

export function accessView(page: Page, accesses: readonly FileAccess[]): string {
  if (accesses.length === 0) return 'none\n';
  const rows = accesses.map(({ step_index, tool_name, error, path }) => [
    `#${step_index}`,
    tool_name,
    error ?? '',
    lineEnd(path, Math.max(20, page.columns - LEAD)),
  ]);
  return table(page, ['step', 'tool', 'error', 'path'], rows);
}
