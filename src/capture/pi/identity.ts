/** Who a Pi session is: the id in its header, else the one in its file name `<time>_<id>.jsonl`. */
import type { IdentityScan, SessionIdentity, SourceLine } from '../session-source.ts';
import { readEntries } from '../shared/entry-reader.ts';
import { timeOf } from '../shared/fields.ts';
import { Limitations } from '../shared/limitations.ts';
import { nativeIdOf, stemIdOf } from '../shared/native-id.ts';
import { isPiHeader, isPiMessage, PI_OPENINGS } from './detect.ts';

export class PiIdentity implements IdentityScan {
  readonly #path: string;
  #sessionId: string | undefined;
  #firstTimestamp: string | null = null;
  #seen = false;

  constructor(path: string) {
    this.#path = path;
  }

  push(line: SourceLine): void {
    if (this.settled) return;
    for (const { fields } of readEntries(line, new Limitations(), PI_OPENINGS)) {
      const isHeader = isPiHeader(fields);
      this.#seen ||= isHeader || isPiMessage(fields);
      if (isHeader) this.#sessionId ??= nativeIdOf(fields.id);
      this.#firstTimestamp ??= timeOf(fields.timestamp);
    }
  }

  get settled(): boolean {
    return this.#sessionId !== undefined && this.#firstTimestamp !== null;
  }

  end(): SessionIdentity | null {
    if (!this.#seen) return null;
    const stem = stemIdOf(this.#path);
    const sessionId = this.#sessionId ?? (stem.slice(stem.lastIndexOf('_') + 1) || stem || 'unknown');
    return { sessionId, firstTimestamp: this.#firstTimestamp };
  }
}
