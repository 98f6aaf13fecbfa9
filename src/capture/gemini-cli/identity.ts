/**
 * Who a Gemini CLI session is: the `sessionId` it names, else its file name. A sub-agent's log stands in a
 * folder named after its parent: `chats/<parent>/<id>.jsonl`.
 */
import { subagentSessionId } from '../../base/ids.ts';
import type { IdentityScan, SessionIdentity, SourceLine } from '../session-source.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import { agentIdOf, type Fields, timeOf } from '../shared/fields.ts';
import { DocumentBytes, elementsOf, membersOf, memberValue } from '../shared/json-document.ts';
import { Limitations } from '../shared/limitations.ts';
import { nativeIdOf, stemIdOf } from '../shared/native-id.ts';
import { GEMINI_OPENINGS, isMessage, isMetadata } from './detect.ts';

/** What records tell of the session, the first of each. */
class Told {
  sessionId: string | undefined;
  startTime: string | null = null;
  #kind: unknown;
  #firstTimestamp: string | null = null;
  #seen = false;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  note({ sessionId, startTime, kind }: Fields): void {
    this.#seen = true;
    this.sessionId ??= nativeIdOf(sessionId);
    this.startTime ??= timeOf(startTime);
    this.#kind ??= kind;
  }

  read({ fields }: Entry): void {
    if (isMessage(fields)) {
      this.#seen = true;
      this.#firstTimestamp ??= timeOf(fields.timestamp);
    } else if (isMetadata(fields)) this.note((fields.$set as Fields | undefined) ?? fields);
  }

  identity(): SessionIdentity | null {
    if (!this.#seen) return null;
    const sessionId = this.sessionId ?? stemIdOf(this.#path);
    const firstTimestamp = this.startTime ?? this.#firstTimestamp;
    const parent = this.#kind === 'subagent' ? parentOf(this.#path) : undefined;
    const agentId = agentIdOf(sessionId);
    if (parent === undefined || agentId === undefined) return { sessionId, firstTimestamp };
    return { sessionId: subagentSessionId(parent, agentId), parentSessionId: parent, firstTimestamp };
  }
}

/** The folder below `chats` that a sub-agent's log stands in. */
function parentOf(path: string): string | undefined {
  const parts = path.split(/[\\/]/);
  return parts.at(-3) === 'chats' ? nativeIdOf(parts.at(-2)) : undefined;
}

export class GeminiJsonlIdentity implements IdentityScan {
  readonly #told: Told;

  constructor(path: string) {
    this.#told = new Told(path);
  }

  push(line: SourceLine): void {
    for (const entry of readEntries(line, new Limitations(), GEMINI_OPENINGS)) this.#told.read(entry);
  }

  get settled(): boolean {
    return this.#told.sessionId !== undefined && this.#told.startTime !== null;
  }

  end(): SessionIdentity | null {
    return this.#told.identity();
  }
}

export class GeminiDocumentIdentity implements IdentityScan {
  readonly #document = new DocumentBytes();
  readonly #told: Told;

  constructor(path: string) {
    this.#told = new Told(path);
  }

  push(line: SourceLine): void {
    this.#document.push(line);
  }

  end(): SessionIdentity | null {
    const bytes = this.#document.bytes();
    const members = membersOf(bytes);
    const messages = members.get('messages');
    if (messages === undefined) return null;
    const names = ['sessionId', 'startTime', 'kind'];
    this.#told.note(Object.fromEntries(names.map((name) => [name, memberValue(bytes, members, name)])));
    for (const entry of elementsOf(bytes, messages.start, new Limitations())) this.#told.read(entry);
    return this.#told.identity();
  }
}
