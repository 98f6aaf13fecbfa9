import { expect, it } from 'vitest';
import { parseQueryText } from '../../src/catalog/query-text.ts';
import { searchSteps } from '../../src/catalog/search.ts';
import { openCatalog } from '../../src/catalog/store.ts';
import { tempDir } from '../support/git-env.ts';

/** 13,000 steps with `common`; three of them, and two others, with `rare`. */
const FILL = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 13002)
  INSERT INTO texts (rowid, user_text) SELECT i, iif(i <= 13000, 'common', 'other') || iif(i >= 12998, ' rare', '') FROM n`;

it('keeps to the expression of the first page', async () => {
  const { database } = await openCatalog(tempDir('git-ot-search-'));
  database.exec(FILL);
  const page = { text: parseQueryText('common rare'), filter: { facets: [] }, sort: 'relevance' as const };
  const first = searchSteps(database, { ...page, limit: 2, after: null });
  const second = searchSteps(database, { ...page, limit: 1000, after: first.next });
  const wide = searchSteps(database, { ...page, limit: 1000, after: null });
  database.close();
  expect([first.total, first.hits.length]).toEqual([3, 2]);
  expect([second.expression, second.total, second.hits.length]).toEqual([first.expression, 3, 1]);
  expect(wide.total).toBe(5);
});
