/** Which state of a session a source holds: its messages and parts, and when one of them last changed. */
import type { Revision, RevisionScan, SourceLine } from '../session-source.ts';
import { readEntries } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, filledOf, isFields, listOf, numberOf } from '../shared/fields.ts';
import { DocumentBytes, elementsOf, membersOf, memberValue } from '../shared/json-document.ts';
import { Limitations } from '../shared/limitations.ts';
import { ROW_OPENINGS } from './detect.ts';
import { storedRecordOf } from './stored-record.ts';

class Seen implements Revision {
  readonly ids = new Set<string>();
  updated: number | null = null;

  add(kind: string, id: unknown): void {
    const known = filledOf(id);
    if (known !== undefined) this.ids.add(`${kind} ${known}`);
  }

  observe(time: unknown): void {
    const now = numberOf(time);
    if (now !== undefined && (this.updated === null || now > this.updated)) this.updated = now;
  }

  /** Times of a session, message or part, under either set of names. */
  observeTimes({ time, time_updated }: Fields): void {
    const times = fieldsOf(time);
    for (const at of [times?.updated, times?.completed, times?.created, time_updated]) this.observe(at);
  }
}

export class ExportRevision implements RevisionScan {
  readonly #document = new DocumentBytes();

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): Revision {
    const bytes = this.#document.bytes();
    const members = membersOf(bytes);
    const seen = new Seen();
    seen.observeTimes(fieldsOf(memberValue(bytes, members, 'info')) ?? {});
    const start = members.get('messages')?.start ?? bytes.length;
    for (const { fields } of elementsOf(bytes, start, new Limitations())) {
      const info = fieldsOf(fields.info) ?? {};
      seen.add('message', info.id);
      seen.observeTimes(info);
      for (const part of listOf(fields.parts).filter(isFields)) seen.add('part', part.id);
    }
    return seen;
  }
}

export class RowsRevision implements RevisionScan {
  readonly #seen = new Seen();

  push(line: SourceLine): void {
    for (const entry of readEntries(line, new Limitations(), ROW_OPENINGS)) {
      const record = storedRecordOf(entry);
      if (record === null) continue;
      if (record.kind === 'message' || record.kind === 'part') this.#seen.add(record.kind, record.id);
      this.#seen.observeTimes(record.fields);
      this.#seen.observe(fieldsOf(entry.fields.row)?.time_updated);
    }
  }

  end(): Revision {
    return this.#seen;
  }
}
