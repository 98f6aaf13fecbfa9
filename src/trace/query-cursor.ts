/** Where a page of hits ends, and which query it belongs to. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/canonical-json.ts';
import { OtError } from '../base/errors.ts';
import type { TraceFilter } from '../catalog/filter.ts';
import type { Place } from '../catalog/search.ts';

/** What a cursor belongs to. */
export interface Question {
  readonly text: string;
  readonly filter: TraceFilter;
  readonly sort: 'relevance' | 'time';
  /** `since` and `until` as they were typed: 7d is another point in time with every call. */
  readonly bounds?: readonly (string | null)[];
  readonly cursor?: string;
}

export function encodeCursor(question: Question, place: Place): string {
  const where = 'offset' in place ? `${place.offset}.${place.upTo}` : `${place.time}.${place.row}`;
  return `${place.alternative}.${where}.${digestOf(question)}`;
}

/**
 * Where the page before ended; null without a cursor. `byTime`: hits are in the order of time. Throws
 * `OT_BAD_CURSOR` on one that this query did not give.
 */
export function decodeCursor(question: Question, byTime: boolean): Place | null {
  if (question.cursor === undefined) return null;
  const match = /^(\d)\.(-?\d{1,16})\.(\d{1,16})\.([0-9a-f]{8})$/.exec(question.cursor);
  const [, alternative, first, row, digest] = match ?? [];
  if (digest !== digestOf(question)) throw badCursor();
  const place = { alternative: Number(alternative) };
  if (byTime) return { ...place, time: Number(first), row: Number(row) };
  if (!/^\d{1,9}$/.test(first!) || !/^\d{1,9}$/.test(row!)) throw badCursor();
  return { ...place, offset: Number(first), upTo: Number(row) };
}

function badCursor(): OtError {
  return new OtError('OT_BAD_CURSOR', 'usage', 'that cursor was not given by this query', {
    hint: 'use next_cursor of the page before with the same words and options, or leave --cursor out',
  });
}

function digestOf({ text, filter, sort, bounds }: Question): string {
  const { since, until, ...lasting } = filter;
  const span = bounds ?? [since ?? null, until ?? null];
  const question = canonicalJson({ text, filter: lasting, bounds: span, sort });
  return createHash('sha256').update(question).digest('hex').slice(0, 8);
}
