/**
 * The document form: `{"loglines": [entry, ...]}` in one JSON file. It is read as a whole; entries are cut
 * out by position, so that each has its line and offset and a truncated document gives what is complete.
 */
import { jsonValueEnd, skipJsonSpace } from '../../base/json-text.ts';
import type { IdentityScan, ParseOptions, SessionParse, SourceLine } from '../session-source.ts';
import { type Entry, parseText } from '../shared/entry-reader.ts';
import { isFields } from '../shared/fields.ts';
import type { Limitations } from '../shared/limitations.ts';
import { ClaudeIdentity } from './identity.ts';
import { ClaudeParse } from './session-parse.ts';

/** Gathers the lines of a document and puts it together again. */
class Document {
  readonly #lines: Buffer[] = [];

  push(line: SourceLine): void {
    this.#lines.push(line.bytes, NEWLINE);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#lines);
  }
}

const NEWLINE = Buffer.from('\n');
const COMMA = 0x2c;

/** Entries of a document in order; counts `bad_line` and `truncated_document`. */
function readDocument(bytes: Buffer, limits: Pick<Limitations, 'add'>): Entry[] {
  const found: Entry[] = [];
  const place = { line: 1, offset: 0 };
  let counted = 0;
  let at = bytes.indexOf(0x5b, Math.max(0, bytes.indexOf('"loglines"'))) + 1;
  for (;;) {
    at = skipJsonSpace(bytes, at);
    if (bytes[at] === COMMA) at = skipJsonSpace(bytes, at + 1);
    for (; counted < at; counted += 1) if (bytes[counted] === 0x0a) place.line += 1;
    place.offset = at;
    const end = jsonValueEnd(bytes, at);
    if (end < 0) break;
    const fields = parseText(bytes.subarray(at, end));
    if (isFields(fields)) found.push({ fields, bytes: bytes.subarray(at, end), ...place });
    else limits.add('bad_line', { ...place }, 'not an object');
    at = end;
  }
  if (bytes[at] !== 0x5d) limits.add('truncated_document', { ...place });
  return found;
}

export class LoglinesParse implements SessionParse {
  readonly #document = new Document();
  readonly #parse: ClaudeParse;

  constructor(options: ParseOptions) {
    this.#parse = new ClaudeParse(options);
  }

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): ReturnType<SessionParse['end']> {
    for (const entry of readDocument(this.#document.bytes(), this.#parse.limits))
      this.#parse.pushEntry(entry);
    return this.#parse.end();
  }
}

export class LoglinesIdentity implements IdentityScan {
  readonly #document = new Document();
  readonly #identity: ClaudeIdentity;

  constructor(path: string) {
    this.#identity = new ClaudeIdentity(path);
  }

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): ReturnType<IdentityScan['end']> {
    for (const entry of readDocument(this.#document.bytes(), { add: () => undefined })) {
      this.#identity.pushEntry(entry);
    }
    return this.#identity.end();
  }
}
