/** The text that stands for a secret: `[REDACTED:<kind>:<n>]`. It needs no escape in JSON at any depth. */
import { KINDS, type SecretEntry } from './contract.ts';

const MARK = '[REDACTED:';
const PLACEHOLDER = new RegExp(`\\[REDACTED:(?:${KINDS.join('|')}):[0-9]{1,6}\\]`, 'g');

/** A half-open range of offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export function placeholderOf(entry: SecretEntry): string {
  return `${MARK}${entry.kind}:${entry.n}]`;
}

/** Where `text` holds placeholders, in order. */
export function placeholderSpans(text: string): Span[] {
  if (!text.includes(MARK)) return [];
  return Array.from(text.matchAll(PLACEHOLDER), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** What is left of `span` outside `holes`, which are sorted and disjoint. */
export function subtractSpans(span: Span, holes: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let start = span.start;
  for (let i = firstEndingAfter(holes, span.start); i < holes.length; i += 1) {
    const hole = holes[i]!;
    if (hole.start >= span.end) break;
    if (hole.start > start) rest.push({ start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  if (start < span.end) rest.push({ start, end: span.end });
  return rest;
}

function firstEndingAfter(holes: readonly Span[], offset: number): number {
  let low = 0;
  let high = holes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holes[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Longest placeholder: mark, kind, colon, six digits, bracket; rounded up. */
const LONGEST = 64;
const MARK_BYTES = Buffer.from(MARK, 'latin1');

/** Counts placeholders by kind in bytes that come in pieces, cut anywhere. */
export class PlaceholderCounter {
  readonly #counts = new Map<string, number>();
  #rest: Buffer = Buffer.alloc(0);

  add(bytes: Buffer): void {
    const piece = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let end = 0;
    if (piece.includes(MARK_BYTES)) {
      const text = piece.toString('latin1');
      for (const span of placeholderSpans(text)) {
        const kind = text.slice(span.start + MARK.length, text.indexOf(':', span.start + MARK.length));
        this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
        end = span.end;
      }
    }
    this.#rest = Buffer.from(piece.subarray(Math.max(end, piece.length - LONGEST)));
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}
