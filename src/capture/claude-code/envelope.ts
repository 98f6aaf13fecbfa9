/** What entries tell about the session around them: who, where, which version, when. */
import { type Fields, filledOf, timeOf } from './fields.ts';

const MAX_VALUES = 20;

/** Distinct values of one envelope field in order of appearance, and the last one. */
class SeenValues {
  last: string | null = null;
  readonly #all = new Set<string>();

  add(value: unknown): void {
    if (value === this.last) return;
    const text = filledOf(value);
    if (text === undefined || text.length > 4096) return;
    this.last = text;
    if (this.#all.size < MAX_VALUES) this.#all.add(text);
  }

  /** The values when there was more than one. */
  several(): readonly string[] | undefined {
    return this.#all.size > 1 ? [...this.#all] : undefined;
  }
}

export class Envelope {
  readonly #sessionIds = new SeenValues();
  readonly #versions = new SeenValues();
  readonly #cwds = new SeenValues();
  readonly #branches = new SeenValues();
  start: string | null = null;
  end: string | null = null;

  observe(fields: Fields): void {
    this.#sessionIds.add(fields.sessionId);
    this.#versions.add(fields.version);
    this.#cwds.add(fields.cwd);
    this.#branches.add(fields.gitBranch);
    this.#observeTime(timeOf(fields.timestamp));
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

  /** Seconds between the first and the last timestamp. */
  seconds(): number | null {
    if (this.start === null || this.end === null) return null;
    return (Date.parse(this.end) - Date.parse(this.start)) / 1000;
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

  #observeTime(time: string | null): void {
    if (time === null) return;
    if (this.start === null || time < this.start) this.start = time;
    if (this.end === null || time > this.end) this.end = time;
  }
}

/** Operating system as far as the shape of a path tells it. */
export function osOfPath(cwd: string | null): string | null {
  if (cwd === null) return null;
  if (/^[A-Za-z]:[\\/]/.test(cwd)) return 'windows';
  if (cwd.startsWith('/Users/') || cwd.startsWith('/private/')) return 'macos';
  return /^\/(?:home|root|workspaces?|mnt|srv)(?:\/|$)/.test(cwd) ? 'linux' : null;
}
