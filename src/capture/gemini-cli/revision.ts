/** Which state of a session a document holds: its messages, and when it was last written. */
import type { Revision, RevisionScan, SourceLine } from '../session-source.ts';
import { filledOf, timeOf } from '../shared/fields.ts';
import { DocumentBytes, elementsOf, membersOf, memberValue } from '../shared/json-document.ts';
import { Limitations } from '../shared/limitations.ts';

export class GeminiDocumentRevision implements RevisionScan {
  readonly #document = new DocumentBytes();

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): Revision {
    const bytes = this.#document.bytes();
    const members = membersOf(bytes);
    const start = members.get('messages')?.start ?? bytes.length;
    const ids = elementsOf(bytes, start, new Limitations()).map(({ fields }) => filledOf(fields.id));
    const updated = timeOf(memberValue(bytes, members, 'lastUpdated'));
    return {
      ids: new Set(ids.filter((id) => id !== undefined)),
      updated: updated === null ? null : Date.parse(updated),
    };
  }
}
