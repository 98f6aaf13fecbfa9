/** How many steps hold a word: asked of the index for all words of a query at once. */
import type { Sqlite } from '../base/sqlite.ts';

/** Words looked up in one statement. */
const MOST_AT_ONCE = 500;

/** Steps by word, without those that no step holds. */
export function stepCounts(database: Sqlite, words: Iterable<string>): ReadonlyMap<string, number> {
  const all = [...new Set(words)];
  const counts = new Map<string, number>();
  for (let at = 0; at < all.length; at += MOST_AT_ONCE) {
    const some = all.slice(at, at + MOST_AT_ONCE);
    const marks = some.map(() => '?').join(', ');
    const rows = database.all<{ term: string; doc: number }>(
      `SELECT term, doc FROM words WHERE term IN (${marks})`,
      ...some,
    );
    for (const { term, doc } of rows) counts.set(term, doc);
  }
  return counts;
}

/** Steps that hold a word with this beginning, each word of a step counted. */
export function prefixCount(database: Sqlite, prefix: string): number {
  const sql = 'SELECT sum(doc) AS doc FROM words WHERE term >= ? AND term < ?';
  return database.all<{ doc: number | null }>(sql, prefix, `${prefix}\u{10ffff}`)[0]?.doc ?? 0;
}
