/** Long queries cut to the words that tell most. */
import type { Sqlite } from '../base/sqlite.ts';
import type { QueryText, QueryUnit } from './query-text.ts';
import { stepCounts } from './vocabulary.ts';

/** More would not make a query better, and each costs time. */
const MOST_UNITS = 32;

export interface CutQuery {
  readonly text: QueryText;
  /** What is not looked for, in its order. */
  readonly leftOut: readonly QueryUnit[];
}

/** The rarest of what is wanted, in its order; what no step holds goes first. What is unwanted stays. */
export function keepRarest(database: Sqlite, text: QueryText): CutQuery {
  const { wanted } = text;
  if (wanted.length <= MOST_UNITS) return { text, leftOut: [] };
  const counts = stepCounts(
    database,
    wanted.flatMap(({ words }) => [...words]),
  );
  const stepsOf = ({ kind, words }: QueryUnit): number => {
    const asked = kind === 'prefix' ? words.slice(0, -1) : words;
    const least = Math.min(...asked.map((word) => counts.get(word) ?? 0));
    return least === 0 ? Number.MAX_SAFE_INTEGER : least;
  };
  const placed = wanted.map((unit, place) => ({ place, steps: stepsOf(unit) }));
  placed.sort((left, right) => left.steps - right.steps || left.place - right.place);
  const kept = new Set(placed.slice(0, MOST_UNITS).map(({ place }) => place));
  return {
    text: { ...text, wanted: wanted.filter((_, place) => kept.has(place)) },
    leftOut: wanted.filter((_, place) => !kept.has(place)),
  };
}
