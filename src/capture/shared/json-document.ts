/**
 * A session that is one JSON document: its lines gathered, its top-level members and the elements of a list
 * cut out by position, so that each has its line and offset and a truncated document gives what is whole.
 */
import { jsonValueEnd, skipJsonSpace } from '../../base/json-text.ts';
import type { SourceLine } from '../session-source.ts';
import { type Entry, parseText } from './entry-reader.ts';
import { isFields } from './fields.ts';
import type { Limitations } from './limitations.ts';

const NEWLINE = Buffer.from('\n');
const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;

/** Gathers the lines of a document and puts it together again. */
export class DocumentBytes {
  readonly #lines: Buffer[] = [];

  push(line: SourceLine): void {
    this.#lines.push(Buffer.from(line.bytes), NEWLINE);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#lines);
  }
}

/** Where a value stands; `end` is -1 when the document ends inside it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Members of the object the document is, the last of equal names; empty when it is no object. */
export function membersOf(bytes: Buffer): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  let at = skipJsonSpace(bytes, bytes[0] === 0xef ? 3 : 0);
  if (bytes[at] !== OPEN_OBJECT) return found;
  at = skipJsonSpace(bytes, at + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = jsonValueEnd(bytes, at);
    const key = keyEnd < 0 ? undefined : parseText(bytes.subarray(at, keyEnd));
    const colon = keyEnd < 0 ? -1 : skipJsonSpace(bytes, keyEnd);
    if (typeof key !== 'string' || bytes[colon] !== COLON) return found;
    const start = skipJsonSpace(bytes, colon + 1);
    const end = memberEnd(bytes, start);
    found.set(key, { start, end });
    if (end < 0) return found;
    at = skipJsonSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipJsonSpace(bytes, at + 1);
  }
  return found;
}

/** A word or number inside an object ends at its brace too. */
function memberEnd(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === OPEN_OBJECT || first === OPEN_LIST || first === QUOTE) return jsonValueEnd(bytes, start);
  const word = /^[\w.+-]{1,400}/.exec(bytes.toString('latin1', start, start + 401));
  return word ? start + word[0].length : -1;
}

/** The value of a member, undefined when there is none or it is not whole. */
export function memberValue(bytes: Buffer, members: ReadonlyMap<string, Span>, name: string): unknown {
  const span = members.get(name);
  return span === undefined || span.end < 0 ? undefined : parseText(bytes.subarray(span.start, span.end));
}

/** Counts lines on the way; offsets must be asked in ascending order. */
export class LineCounter {
  readonly #bytes: Buffer;
  #at = 0;
  #line = 1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  lineAt(offset: number): number {
    for (;;) {
      const next = this.#bytes.indexOf(0x0a, this.#at);
      if (next < 0 || next >= offset) return this.#line;
      this.#line += 1;
      this.#at = next + 1;
    }
  }
}

/** Objects in the list at `start`; counts `bad_line` for other elements and `truncated_document`. */
export function elementsOf(bytes: Buffer, start: number, limits: Pick<Limitations, 'add'>): Entry[] {
  const found: Entry[] = [];
  const lines = new LineCounter(bytes);
  if (bytes[start] !== OPEN_LIST) return found;
  let at = skipJsonSpace(bytes, start + 1);
  while (at < bytes.length && bytes[at] !== CLOSE_LIST) {
    const end = jsonValueEnd(bytes, at);
    if (end < 0) break;
    const place = { line: lines.lineAt(at), offset: at };
    const fields = parseText(bytes.subarray(at, end));
    if (isFields(fields)) found.push({ fields, bytes: bytes.subarray(at, end), ...place });
    else limits.add('bad_line', place, 'not an object');
    at = skipJsonSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipJsonSpace(bytes, at + 1);
  }
  if (bytes[at] !== CLOSE_LIST) limits.add('truncated_document', { line: lines.lineAt(at), offset: at });
  return found;
}
