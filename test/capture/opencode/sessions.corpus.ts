/** Every OpenCode session of the shared corpus: one in a storage tree, the same one in a database, and none. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../../src/base/sqlite.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { tallyText } from '../../tally/opencode_tally.mjs';
import { CORPUS } from '../shared/agent-suite.ts';
import { comparableCounts, type Outcome } from '../shared/support.ts';
import { fileBytes } from './stores.ts';

const folder = join(CORPUS, 'opencode/git-ai-project+git-ai/tests/fixtures');
const storage = join(folder, 'opencode-storage');
const database = join(folder, 'opencode-sqlite/opencode.db');

/** Captures one place that holds one session; its source, checked for its counts. */
async function captured(path: string): Promise<string> {
  const bucket = await TestBucket.open();
  const { results } = await bucket.capture([path]);
  const [{ trace_id = '', agent } = {}] = results.filter(({ status }) => status === 'captured');
  expect(agent).toBe('opencode');
  const source = (await bucket.source(trace_id)).toString('utf8');
  const head = await (await bucket.folder(trace_id)).head();
  const [tally] = tallyText(source);
  expect({ trace: '', ...comparableCounts({ facts: { head } } as unknown as Outcome) }).toEqual(tally);
  expect(head.limitations).toEqual([]);
  const again = await bucket.capture([path]);
  expect(again.totals).toMatchObject({ captured: 0, grown: 0, new_source: 0, error: 0 });
  await expectVerified(bucket);
  await bucket.close();
  return source;
}

describe.skipIf(!existsSync(folder))('opencode sessions of the corpus', () => {
  test('files of the storage tree come back byte for byte', async () => {
    const lines = (await captured(storage))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const files = readdirSync(storage, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /json$/.test(name),
    );
    expect(lines.map(({ path }) => path).sort()).toEqual(files.sort());
    for (const line of lines)
      expect(fileBytes(line), line.path).toEqual(readFileSync(join(storage, line.path)));
  });

  test('rows of the database come back value for value', async () => {
    const lines = (await captured(database))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const rows = await openSqlite(database, { readonly: true, immutable: true });
    for (const table of ['session', 'message', 'part']) {
      const told = lines.filter((line) => line.table === table).map(({ row }) => row);
      const exact = told.map(({ data, ...row }) => ({
        ...row,
        ...(data === undefined ? {} : { data: typeof data === 'string' ? data : JSON.stringify(data) }),
      }));
      expect(exact).toEqual(rows.all(`SELECT * FROM ${table} ORDER BY time_created, id`));
    }
    rows.close();
  });

  test('a database without sessions is passed over', async () => {
    const bucket = await TestBucket.open();
    const { totals } = await bucket.capture([join(folder, 'opencode-sqlite-empty')]);
    expect(totals).toMatchObject({ skipped: 1, captured: 0, error: 0 });
    await bucket.close();
  });
});
