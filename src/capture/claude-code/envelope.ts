/** What entries tell about the session around them: who, where, which version, when. */
import { type Fields, timeOf } from '../shared/fields.ts';
import { SeenValues } from '../shared/seen-values.ts';
import { TimeSpan } from '../shared/time-span.ts';

export class Envelope {
  readonly #sessionIds = new SeenValues();
  readonly #versions = new SeenValues();
  readonly #cwds = new SeenValues();
  readonly #branches = new SeenValues();
  readonly times = new TimeSpan();

  observe(fields: Fields): void {
    this.#sessionIds.add(fields.sessionId);
    this.#versions.add(fields.version);
    this.#cwds.add(fields.cwd);
    this.#branches.add(fields.gitBranch);
    this.times.observe(timeOf(fields.timestamp));
  }

  get version(): string | null {
    return this.#versions.last;
  }

  get cwd(): string | null {
    return this.#cwds.last;
  }

  get branch(): string | null {
    return this.#branches.last;
  }

  /** `metadata.session`: what there is more than one of, at most 20 each; undefined when nothing. */
  severals(): Record<string, readonly string[]> | undefined {
    const found = Object.entries({
      session_ids: this.#sessionIds.several(),
      versions: this.#versions.several(),
      cwds: this.#cwds.several(),
      branches: this.#branches.several(),
    }).filter((pair): pair is [string, readonly string[]] => pair[1] !== undefined);
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  }
}
