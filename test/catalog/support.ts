/** Catalogs in tests: brought up to date, compared whole, searched. */
import { copyFileSync, rmSync } from 'node:fs';
import { expect } from 'vitest';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.ts';
import { parseQueryText } from '../../src/catalog/query-text.ts';
import { rebuildCatalog } from '../../src/catalog/rebuild.ts';
import { refreshCatalog } from '../../src/catalog/refresh.ts';
import type { RefreshReport } from '../../src/catalog/refresh-run.ts';
import { searchSteps } from '../../src/catalog/search.ts';
import { catalogPath, openCatalog, STEPS_PER_TRACE } from '../../src/catalog/store.ts';
import type { SyncMachine } from '../support/machines.ts';

export const NOW = new Date('2026-03-01T00:00:00Z');

export interface RefreshSettings {
  readonly goOn?: () => boolean;
  readonly onTrace?: (done: number, total: number) => void;
}

export function refresh(machine: SyncMachine, settings: RefreshSettings = {}): Promise<RefreshReport> {
  return machine.withShelves(async (shelves) => {
    const catalog = await openCatalog(machine.home);
    try {
      return await refreshCatalog(catalog, shelves, { now: NOW, ...settings });
    } finally {
      catalog.database.close();
    }
  });
}

/** The catalog as it is, without bringing it up to date. */
export async function look<T>(home: string, work: (database: Sqlite) => T): Promise<T> {
  const database = await openSqlite(catalogPath(home));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** `trace id:step` of every hit, in order. */
export function find(machine: SyncMachine, text: string): Promise<string[]> {
  return look(machine.home, (database) => {
    const options = { text: parseQueryText(text), filter: { facets: [] }, sort: 'relevance' as const };
    const { hits } = searchSteps(database, { ...options, after: null, limit: 1000 });
    return hits.map(({ trace, step }) => `${traceIdOf(database, trace)}:${step}`);
  });
}

function traceIdOf(database: Sqlite, trace: number): string {
  return database.all<{ trace_id: string }>('SELECT trace_id FROM traces WHERE id = ?', trace)[0]!.trace_id;
}

/** Everything in the catalog that does not depend on the order it was put in: numbers are replaced by names. */
export function contents(home: string): Promise<unknown> {
  return look(home, (database) => {
    const traces = database.all(
      'SELECT t.trace_id, t.tree, t.agent, t.model, t.project_id, t.parent, t.title, t.intent, t.started, t.ended, t.steps, t.success, t.committed, t.gaps, t.text_bytes, p.oid AS pins, j.remote, j.ref FROM traces t LEFT JOIN pin_sets p ON p.id = t.pin_set JOIN journals j ON j.id = t.journal ORDER BY t.trace_id',
    );
    const segments = database.all(
      'SELECT t.trace_id, s.first, s.oid, s.gaps, s.text_bytes FROM segments s JOIN traces t ON t.id = s.trace ORDER BY 1, 2',
    );
    const facets = database.all(
      'SELECT t.trace_id, f.segment, v.name, v.value, f.step, f.last, f.count FROM facets f JOIN traces t ON t.id = f.trace JOIN facet_values v ON v.id = f.value ORDER BY 1, 2, 3, 4',
    );
    const journals = database.all('SELECT remote, ref, tip FROM journals ORDER BY 1, 2');
    const copies = database.all(
      'SELECT c.trace_id, j.remote, j.ref, c.tree, c.raw_bytes FROM copies c JOIN journals j ON j.id = c.journal ORDER BY 1, 2, 3',
    );
    const strays = database.all<{ n: number }>(
      'SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM segments WHERE trace NOT IN (SELECT id FROM traces)) + (SELECT count(*) FROM facets WHERE trace NOT IN (SELECT id FROM traces)) AS n',
    );
    const [totals] = database.all('SELECT hex(block) AS totals FROM texts_data WHERE id = 1');
    return { traces, segments, facets, journals, copies, strays, totals, rows: rowsOf(database) };
  });
}

/** Steps that hold a common word, as the text index tells them. */
function rowsOf(database: Sqlite): string[] {
  const rows = database.all<{ id: number }>(
    "SELECT rowid AS id FROM texts WHERE texts MATCH 'turn OR session'",
  );
  return rows
    .map(({ id }) => `${traceIdOf(database, Math.floor(id / STEPS_PER_TRACE))}:${id % STEPS_PER_TRACE}`)
    .sort();
}

/** The catalog is what building it anew would give; it is left as it was. */
export async function expectAsBuiltAnew(machine: SyncMachine): Promise<void> {
  const path = catalogPath(machine.home);
  const kept = `${path}.kept`;
  copyFileSync(path, kept);
  const grown = await contents(machine.home);
  await machine.withShelves((shelves) => rebuildCatalog(machine.home, shelves, { now: NOW }));
  expect(grown).toEqual(await contents(machine.home));
  copyFileSync(kept, path);
  rmSync(kept);
}
