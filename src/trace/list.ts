/** `trace list`: manifest rows filtered, newest first, a page at a time. */
import { OtError } from '../base/errors.ts';
import type { ListedTrace } from '../bucket/list.ts';
import type { MetaRow } from '../record/trace.ts';

export interface TraceQuery {
  /** Project id, or the name people see. */
  readonly project?: string;
  readonly agent?: string;
  /** ISO 8601: only traces that were still active then or later. */
  readonly since?: string;
  /** ISO 8601: only traces that began before or then. */
  readonly until?: string;
  /** Sub-agents are left out unless asked for. */
  readonly subagents: boolean;
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
}

/** A manifest row, and where its trace was found. */
export type TraceRow = MetaRow & {
  /** Remotes it was pulled from. */
  readonly remotes: readonly string[];
  /** True when only sealed copies of other machines are here. */
  readonly sealed: boolean;
};

export interface TracePage {
  readonly traces: readonly TraceRow[];
  /** Traces that match, on all pages. */
  readonly total: number;
  readonly next_cursor: string | null;
}

/** Throws `OT_BAD_CURSOR` (exit 2) on a cursor that no page gave. */
export function listPage(listed: readonly ListedTrace[], query: TraceQuery): TracePage {
  const matching = listed.filter(({ row }) => matches(row, query));
  const rows = matching.map(toRow).sort(byNewest);
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  const start = after === null ? 0 : rows.findIndex((row) => comparePositions(positionOf(row), after) > 0);
  const traces = start < 0 ? [] : rows.slice(start, start + query.limit);
  const isLast = start < 0 || start + query.limit >= rows.length;
  return {
    traces,
    total: rows.length,
    next_cursor: isLast ? null : encodeCursor(positionOf(traces.at(-1)!)),
  };
}

function toRow({ row, copies }: ListedTrace): TraceRow {
  const remotes = copies.flatMap(({ tip }) => tip.shelf.remote ?? []);
  return { ...row, remotes: [...new Set(remotes)], sealed: remotes.length === copies.length };
}

function matches(row: MetaRow, query: TraceQuery): boolean {
  if (!query.subagents && row.parent_trace_id !== undefined) return false;
  if (query.agent !== undefined && row.agent !== query.agent) return false;
  if (query.project !== undefined && row.project.id !== query.project && row.project.name !== query.project) {
    return false;
  }
  return inTime(row, query);
}

function inTime(row: MetaRow, { since, until }: TraceQuery): boolean {
  if (since !== undefined && !(timeOf(row.timestamp_end ?? row.timestamp_start) >= Date.parse(since)))
    return false;
  return until === undefined || timeOf(row.timestamp_start ?? row.timestamp_end) <= Date.parse(until);
}

/** Milliseconds since 1970; NaN, which compares with nothing, for a trace without times. */
function timeOf(timestamp: string | null): number {
  return timestamp === null ? Number.NaN : Date.parse(timestamp);
}

/** Where a row stands in the order: start in milliseconds (none: before everything) and trace id. */
type Position = readonly [time: number, traceId: string];

function positionOf(row: MetaRow): Position {
  const time = timeOf(row.timestamp_start);
  return [Number.isNaN(time) ? -1 : time, row.trace_id];
}

function byNewest(left: MetaRow, right: MetaRow): number {
  return comparePositions(positionOf(left), positionOf(right));
}

function comparePositions([leftTime, leftId]: Position, [rightTime, rightId]: Position): number {
  return rightTime - leftTime || (leftId < rightId ? -1 : leftId > rightId ? 1 : 0);
}

/** A position and not a number of rows: a page stays right when traces are captured between two calls. */
function encodeCursor([time, traceId]: Position): string {
  return `${time}.${traceId}`;
}

function decodeCursor(text: string): Position {
  const match = /^(-1|\d{1,16})\.([0-9a-f-]{36})$/.exec(text);
  if (match !== null) return [Number(match[1]), match[2]!];
  throw new OtError('OT_BAD_CURSOR', 'usage', 'that cursor was not given by this command', {
    hint: 'use next_cursor of the page before, or leave --cursor out',
  });
}
