import type { Limitation } from '../../record/trace.ts';

/** Where something stands in the source. */
export interface Place {
  /** 1-based. */
  readonly line: number;
  /** Byte offset of that line. */
  readonly offset: number;
}

const MAX_DETAILS = 50;

/** What could not be read as the format says, by code and detail: a count and the first place. */
export class Limitations {
  readonly #found = new Map<string, { code: string; count: number; detail?: string } & Partial<Place>>();

  /** `detail` is a name from the source; it is cut and cleaned, and beyond 50 kinds left out. */
  add(code: string, place: Place, detail?: string): void {
    const name = detail === undefined ? undefined : cleanName(detail);
    const known =
      name !== undefined && this.#found.size >= MAX_DETAILS && !this.#found.has(`${code}\0${name}`);
    const label = known ? undefined : name;
    const key = `${code}\0${label ?? ''}`;
    const item = this.#found.get(key);
    if (item) item.count += 1;
    else {
      const { line, offset } = place;
      this.#found.set(key, {
        code,
        count: 1,
        line,
        offset,
        ...(label === undefined ? {} : { detail: label }),
      });
    }
  }

  /** Something counted at the end, that has no one place. */
  addMany(code: string, count: number): void {
    if (count > 0) this.#found.set(`${code}\0`, { code, count });
  }

  list(): readonly Limitation[] {
    return [...this.#found.values()];
  }
}

/** A name as it may be shown: at most 60 characters of a plain set. */
export function cleanName(name: string): string {
  return name.slice(0, 60).replace(/[^\w ./:-]/g, '?');
}
