/** Who an OpenCode session is: the id of its own record, else the one its messages name. */
import { subagentSessionId } from '../../base/ids.ts';
import type { IdentityScan, SessionIdentity, SourceLine } from '../session-source.ts';
import { readEntries } from '../shared/entry-reader.ts';
import { timeOfMillis } from '../shared/epoch-time.ts';
import { agentIdOf, type Fields, fieldsOf } from '../shared/fields.ts';
import { DocumentBytes, membersOf, memberValue } from '../shared/json-document.ts';
import { Limitations } from '../shared/limitations.ts';
import { nativeIdOf, stemIdOf } from '../shared/native-id.ts';
import { ROW_OPENINGS } from './detect.ts';
import { storedRecordOf } from './stored-record.ts';

/** Identity of the session with this record; null when its id cannot serve as one. */
export function identityOfInfo(info: Fields): SessionIdentity | null {
  const id = nativeIdOf(info.id);
  const parent = nativeIdOf(info.parentID ?? info.parent_id);
  const firstTimestamp = timeOfMillis(fieldsOf(info.time)?.created ?? info.time_created);
  return id === undefined ? null : { ...identityOf(id, parent), firstTimestamp };
}

/** `parent`: the session at the root of those that started this one. */
export function identityOf(
  id: string,
  parent: string | undefined,
): Pick<SessionIdentity, 'sessionId' | 'parentSessionId'> {
  const agentId = parent === undefined || parent === id ? undefined : agentIdOf(id);
  if (parent === undefined || agentId === undefined) return { sessionId: id };
  return { sessionId: subagentSessionId(parent, agentId), parentSessionId: parent };
}

export class ExportIdentity implements IdentityScan {
  readonly #document = new DocumentBytes();
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): SessionIdentity | null {
    const bytes = this.#document.bytes();
    const members = membersOf(bytes);
    if (!members.has('messages')) return null;
    const info = fieldsOf(memberValue(bytes, members, 'info')) ?? {};
    return identityOfInfo(info) ?? { sessionId: stemIdOf(this.#path), firstTimestamp: null };
  }
}

export class RowsIdentity implements IdentityScan {
  readonly #path: string;
  #own: SessionIdentity | null = null;
  #named: string | undefined;
  #seen = false;

  constructor(path: string) {
    this.#path = path;
  }

  push(line: SourceLine): void {
    for (const entry of readEntries(line, new Limitations(), ROW_OPENINGS)) {
      const record = storedRecordOf(entry);
      if (!record) continue;
      this.#seen = true;
      this.#named ??= nativeIdOf(record.sessionId);
      if (record.kind === 'session') this.#own ??= identityOfInfo({ ...record.fields, id: record.id });
    }
  }

  get settled(): boolean {
    return this.#own !== null;
  }

  end(): SessionIdentity | null {
    if (!this.#seen) return null;
    return this.#own ?? { sessionId: this.#named ?? stemIdOf(this.#path), firstTimestamp: null };
  }
}
