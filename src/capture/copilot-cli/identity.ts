/** Who a session is: the id in `session.start`, else the folder it lies in, else its file name. */
import type { IdentityScan, SessionIdentity, SourceLine } from '../session-source.ts';
import { readEntries } from '../shared/entry-reader.ts';
import { fieldsOf, timeOf } from '../shared/fields.ts';
import { Limitations } from '../shared/limitations.ts';
import { nativeIdOf, stemIdOf } from '../shared/native-id.ts';
import { COPILOT_OPENINGS, isCopilotEvent } from './detect.ts';

export class CopilotIdentity implements IdentityScan {
  readonly #path: string;
  #sessionId: string | undefined;
  #firstTimestamp: string | null = null;
  #seen = false;

  constructor(path: string) {
    this.#path = path;
  }

  push(line: SourceLine): void {
    if (this.settled) return;
    for (const { fields } of readEntries(line, new Limitations(), COPILOT_OPENINGS)) {
      if (!isCopilotEvent(fields)) continue;
      this.#seen = true;
      this.#firstTimestamp ??= timeOf(fields.timestamp);
      if (fields.type === 'session.start') {
        this.#sessionId ??= nativeIdOf(fieldsOf(fields.data)?.sessionId);
      }
    }
  }

  get settled(): boolean {
    return this.#sessionId !== undefined && this.#firstTimestamp !== null;
  }

  end(): SessionIdentity | null {
    if (!this.#seen) return null;
    return { sessionId: this.#sessionId ?? idOfPath(this.#path), firstTimestamp: this.#firstTimestamp };
  }
}

function idOfPath(path: string): string {
  const stem = stemIdOf(path);
  if (stem !== 'events') return stem || 'unknown';
  return nativeIdOf(path.split(/[\\/]/).at(-2)) ?? stem;
}
