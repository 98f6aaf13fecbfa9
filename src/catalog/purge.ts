/**
 * What is forgotten leaves the file too: SQLite keeps deleted rows in free pages, and the text index keeps the
 * words of a deleted row until its parts are merged. Costs writing the whole catalog anew, so it happens only
 * when a trace has gone.
 */
import { type Sqlite, sqliteFailure } from '../base/sqlite.ts';
import { foldLog, rollBack } from './store.ts';

const NOTE = 'purge';

/**
 * To be called in the transaction that drops a trace: a process that is killed then leaves the purge to the next.
 * Ledgers hold texts of many traces together: all go, and are made anew when they are asked for.
 */
export function notePurge(database: Sqlite): void {
  database.exec('DELETE FROM trail_ledgers');
  database.prepare("INSERT OR REPLACE INTO notes VALUES (?, 'due')").run(NOTE);
}

export function isPurgeDue(database: Sqlite): boolean {
  return database.all('SELECT 1 AS yes FROM notes WHERE name = ?', NOTE).length > 0;
}

/**
 * Outside of a transaction. While another process is at work, or where there is no space for it, nothing is
 * purged, and the purge stays due.
 */
export function purge(database: Sqlite): void {
  try {
    writeAnew(database);
  } catch (error) {
    rollBack(database);
    if (!['busy', 'full'].includes(sqliteFailure(error) ?? '')) throw error;
    return;
  }
  if (!foldLog(database)) return;
  database.prepare('DELETE FROM notes WHERE name = ?').run(NOTE);
  foldLog(database);
}

function writeAnew(database: Sqlite): void {
  database.exec(`BEGIN IMMEDIATE;
    DELETE FROM pins WHERE pin_set NOT IN (SELECT pin_set FROM traces WHERE pin_set IS NOT NULL);
    DELETE FROM pin_sets WHERE id NOT IN (SELECT pin_set FROM traces WHERE pin_set IS NOT NULL);
    DELETE FROM facet_values WHERE id NOT IN (SELECT value FROM facets UNION SELECT value FROM pins);
    INSERT INTO texts (texts) VALUES ('optimize');
    COMMIT; VACUUM`);
}
