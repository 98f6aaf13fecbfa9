/** A message with its parts, as every form of an OpenCode session gives it. */
import type { Entry } from '../shared/entry-reader.ts';
import type { Fields } from '../shared/fields.ts';
import type { Place } from '../shared/limitations.ts';

/** One part, and where it stands in the entry that holds it. */
export interface PartAt {
  readonly entry: Entry;
  readonly path: ReadonlyArray<string | number>;
  readonly fields: Fields;
}

export interface Message {
  readonly place: Place;
  readonly id: string | undefined;
  readonly info: Fields;
  readonly parts: readonly PartAt[];
}
