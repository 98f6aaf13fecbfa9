/** Text view of `trace list`. */
import type { Finding } from '../../bucket/findings.ts';
import type { TracePage, TraceRow } from '../../trace/list.ts';
import { findingsText } from './bucket.ts';
import { count, type Page, table } from './page.ts';

const HEAD = ['TRACE', 'STARTED', 'AGENT', 'PROJECT', 'STEPS', 'TITLE'];

/** `short` holds what is printed of every id. */
export function traceListView(
  page: Page,
  list: TracePage,
  findings: readonly Finding[],
  short: ReadonlyMap<string, string>,
): string {
  const rows = table(
    page,
    HEAD,
    list.traces.map((row) => cells(row, short.get(row.trace_id) ?? row.trace_id)),
  );
  const shown = list.traces.length;
  const more = list.next_cursor === null ? '' : `, go on with --cursor ${list.next_cursor}`;
  const of = shown === list.total ? count(shown, 'trace') : `${shown} of ${count(list.total, 'trace')}`;
  return `${list.total === 0 ? '' : `${rows}\n`}${findingsText(page, findings)}${of}${more}\n`;
}

function cells(row: TraceRow, id: string): string[] {
  const marks = [row.parent_trace_id === undefined ? '' : '(sub-agent) ', row.sealed ? '(pulled) ' : ''];
  return [
    id,
    (row.timestamp_start ?? '').slice(0, 16).replace('T', ' '),
    row.agent,
    row.project.name,
    `${row.step_count}`,
    `${marks.join('')}${row.title ?? ''}`,
  ];
}
