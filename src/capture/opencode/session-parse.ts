/** One pass over an OpenCode session: an exported document, or the lines of a database or a storage tree. */
import type { LateParts, ParseOptions, SessionFacts, SessionParse, SourceLine } from '../session-source.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, filledOf, isFields, listOf, textOf } from '../shared/fields.ts';
import { DocumentBytes, elementsOf, membersOf, memberValue } from '../shared/json-document.ts';
import { ROW_OPENINGS } from './detect.ts';
import type { Message, PartAt } from './message.ts';
import { addMessage } from './message-step.ts';
import { OpencodeState } from './session-state.ts';
import { type StoredRecord, storedRecordOf } from './stored-record.ts';

type End = { facts: SessionFacts; late: LateParts };

/** `{info, messages: [{info, parts}]}`, held as a whole. */
export class ExportParse implements SessionParse {
  readonly #state: OpencodeState;
  readonly #document = new DocumentBytes();

  constructor(parse: ParseOptions) {
    this.#state = new OpencodeState(parse);
  }

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): End {
    const { draft, notes } = this.#state;
    const bytes = this.#document.bytes();
    const members = membersOf(bytes);
    notes.read(draft, fieldsOf(memberValue(bytes, members, 'info')) ?? {});
    const messages = members.get('messages');
    const entries = messages === undefined ? [] : elementsOf(bytes, messages.start, draft.limits);
    for (const entry of entries) this.#read(entry);
    return this.#state.finish();
  }

  #read(entry: Entry): void {
    const info = fieldsOf(entry.fields.info);
    if (!info) this.#state.draft.limits.add('unknown_entry', entry, 'no info');
    else addMessage(this.#state, { place: entry, id: filledOf(info.id), info, parts: partsOf(entry) });
  }
}

function partsOf(entry: Entry): PartAt[] {
  return listOf(entry.fields.parts).flatMap((part, at) =>
    isFields(part) ? [{ entry, path: ['parts', at], fields: part }] : [],
  );
}

/** A line for each session, message and part; the parts of a message follow it. */
export class RowsParse implements SessionParse {
  readonly #state: OpencodeState;
  #message: (Message & { readonly parts: PartAt[] }) | null = null;

  constructor(parse: ParseOptions) {
    this.#state = new OpencodeState(parse);
  }

  push(line: SourceLine): void {
    const { limits } = this.#state.draft;
    for (const entry of readEntries(line, limits, ROW_OPENINGS)) {
      const record = storedRecordOf(entry);
      if (record) this.#read(record);
      else limits.add('unknown_entry', entry, textOf(entry.fields.table) ?? 'no record');
    }
  }

  end(): End {
    this.#flush();
    return this.#state.finish();
  }

  #read(record: StoredRecord): void {
    const { draft, notes } = this.#state;
    if (record.kind === 'session') notes.read(draft, record.fields);
    else if (record.kind === 'message') this.#begin(record);
    else if (record.kind === 'part') this.#addPart(record);
  }

  #begin({ entry, fields, id }: StoredRecord): void {
    this.#flush();
    this.#message = { place: { line: entry.line, offset: entry.offset }, id, info: fields, parts: [] };
  }

  /** The bytes of a line may be a view that the next one overwrites; those of a part are read at the end. */
  #addPart({ entry, path, fields, messageId }: StoredRecord): void {
    if (this.#message === null || this.#message.id !== messageId) {
      this.#state.draft.limits.add('unlinked_part', entry, kindOf(fields));
      return;
    }
    this.#message.parts.push({ entry: { ...entry, bytes: Buffer.from(entry.bytes) }, path, fields });
  }

  #flush(): void {
    if (this.#message !== null) addMessage(this.#state, this.#message);
    this.#message = null;
  }
}

function kindOf(part: Fields): string {
  return textOf(part.type) ?? 'no type';
}
