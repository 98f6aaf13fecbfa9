import { expect, it } from 'vitest';
import { parseQueryText } from '../../src/catalog/query-text.ts';
import { searchSteps } from '../../src/catalog/search.ts';
import { openCatalog } from '../../src/catalog/store.ts';
import { tempDir } from '../support/git-env.ts';

/** 13,000 steps with `common`; three of them, and two others, with `rare`. */
const FILL = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 13002)
  INSERT INTO texts (rowid, user_text) SELECT i, iif(i <= 13000, 'common', 'other') || iif(i >= 12998, ' rare', '') FROM n`;

/** 300 steps with `cents`, three with `center`, which is far rarer, twice as often each. */
const FORMS = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
  INSERT INTO texts (rowid, user_text) SELECT i * 100, CASE WHEN i <= 3 THEN 'center center' WHEN i <= 303 THEN 'some cents in a longer text' ELSE 'other' END FROM n`;

it('ranks the word that was asked above its forms, however rare these are', async () => {
  const { database } = await openCatalog(tempDir('git-ot-search-'));
  database.exec(FORMS);
  const ask = (text: string) =>
    searchSteps(database, {
      ...{ text: parseQueryText(text), filter: { facets: [] }, sort: 'relevance', limit: 1000, after: null },
    }).hits.map(({ step }) => step / 100);
  const [cents, center] = [ask('cents'), ask('center')];
  database.close();
  expect(cents).toHaveLength(303);
  expect(cents.slice(-3).sort()).toEqual([1, 2, 3]);
  expect(center.slice(0, 3).sort()).toEqual([1, 2, 3]);
});

it('never looks for a form without the word that was asked', async () => {
  const { database } = await openCatalog(tempDir('git-ot-search-'));
  database.exec(FILL.replaceAll('common', 'cents').replaceAll('rare', 'center'));
  const text = parseQueryText('cents');
  const found = searchSteps(database, {
    text,
    filter: { facets: [] },
    sort: 'relevance',
    limit: 10,
    after: null,
  });
  database.close();
  expect([found.expression, found.total]).toEqual(['("cents")', 13_000]);
});

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
