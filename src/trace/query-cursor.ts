/** Where a page of hits ends, and which query it belongs to. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/canonical-json.ts';
import { OtError } from '../base/errors.ts';
import type { TraceFilter } from '../catalog/filter.ts';

/** What a cursor belongs to. */
export interface Question {
  readonly text: string;
  readonly filter: TraceFilter;
  readonly sort: 'relevance' | 'time';
  readonly cursor?: string;
}

export function encodeCursor(question: Question, offset: number): string {
  return `${offset}.${digestOf(question)}`;
}

/** Hits on the pages before; 0 without a cursor. Throws `OT_BAD_CURSOR` on one that this query did not give. */
export function decodeCursor(question: Question): number {
  if (question.cursor === undefined) return 0;
  const match = /^(\d{1,9})\.([0-9a-f]{8})$/.exec(question.cursor);
  if (match !== null && match[2] === digestOf(question)) return Number(match[1]);
  throw new OtError('OT_BAD_CURSOR', 'usage', 'that cursor was not given by this query', {
    hint: 'use next_cursor of the page before with the same words and options, or leave --cursor out',
  });
}

function digestOf({ text, filter, sort }: Question): string {
  // A span such as 7d is another point in time with every call.
  const { since, until, ...lasting } = filter;
  const bounds = [since !== undefined, until !== undefined];
  const question = canonicalJson({ text, filter: lasting, bounds, sort });
  return createHash('sha256').update(question).digest('hex').slice(0, 8);
}
