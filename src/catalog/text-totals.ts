/**
 * The totals by which FTS5 weighs hits: how many rows there are, and how many words in each column. Deleting a
 * row of a contentless table does not lower them, so a session that grows would count once for each capture.
 * Here they are lowered by what the deleted rows held. Both records are of FTS5's own file format.
 */
import type { Sqlite } from '../base/sqlite.ts';

export class TextTotals {
  readonly #database: Sqlite;
  /** Rows that were deleted, then words per column. */
  #owed: number[] = [];

  constructor(database: Sqlite) {
    this.#database = database;
  }

  /** Deletes rows of the text index, both ends included. */
  deleteRows(from: number, to: number): void {
    const sql = 'SELECT hex(sz) AS sizes FROM texts_docsize WHERE id BETWEEN ? AND ?';
    for (const { sizes } of this.#database.all<{ sizes: string }>(sql, from, to)) {
      for (const [place, number] of [1, ...decodeNumbers(sizes)].entries()) {
        this.#owed[place] = (this.#owed[place] ?? 0) + number;
      }
    }
    this.#database.prepare('DELETE FROM texts WHERE rowid BETWEEN ? AND ?').run(from, to);
  }

  /** To be called in the transaction of the deletions, when its last row is in. */
  settle(): void {
    if (this.#owed.length === 0) return;
    // FTS5 holds the totals in memory until then, and would write them over ours.
    this.#database.exec('SAVEPOINT totals; RELEASE totals');
    const [row] = this.#database.all<{ totals: string }>(
      'SELECT hex(block) AS totals FROM texts_data WHERE id = 1',
    );
    const totals = decodeNumbers(row?.totals ?? '');
    const lowered = totals.map((total, place) => Math.max(0, total - (this.#owed[place] ?? 0)));
    const sql = 'UPDATE texts_data SET block = unhex(?) WHERE id = 1';
    this.#database.prepare(sql).run(encodeNumbers(lowered));
    this.#owed = [];
  }
}

/** SQLite's variable-length integers: seven bits a byte, high ones first, the top bit set on all but the last. */
function decodeNumbers(hex: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of Buffer.from(hex, 'hex')) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  return numbers;
}

function encodeNumbers(numbers: readonly number[]): string {
  return Buffer.from(numbers.flatMap(bytesOf)).toString('hex');
}

function bytesOf(number: number): number[] {
  const bytes = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) | 0x80);
  }
  return bytes;
}
