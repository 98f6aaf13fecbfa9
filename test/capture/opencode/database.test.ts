/** Sessions in OpenCode's database: every row comes back, and nothing is written beside the agent's file. */
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { openSqlite } from '../../../src/base/sqlite.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { expectPure } from '../rederive.ts';
import { fixture, SESSION, writeDatabase } from './stores.ts';

const ROWS = fixture('rows/input.jsonl');
const TRACE = traceIdOf('opencode', SESSION);
const bucket = await TestBucket.open();
afterAll(() => bucket.close());

/** Statements on a database that is there. */
async function change(path: string, sql: string): Promise<void> {
  const database = await openSqlite(path);
  database.exec(sql);
  database.close();
}

describe("OpenCode's database", () => {
  it('gives back the rows of a session as lines', async () => {
    const path = await writeDatabase(ROWS);
    const { results } = await bucket.capture([path]);
    expect(results).toMatchObject([{ trace_id: TRACE, status: 'captured', agent: 'opencode', steps: 9 }]);
    expect((await bucket.source(TRACE)).toString('utf8')).toBe(ROWS.toString('utf8'));
    expect(readdirSync(dirname(path))).toEqual(['opencode.db']);
    expect((await bucket.capture([path])).totals).toMatchObject({ unchanged: 1, captured: 0 });
    await expectPure(bucket);
    await expectVerified(bucket);
  });

  it('is read with what the agent has in its log of writes', async () => {
    const path = await writeDatabase(ROWS, 'WAL');
    expect(readdirSync(dirname(path))).toContain('opencode.db-wal');
    const other = await TestBucket.open();
    expect((await other.capture([dirname(path)])).results).toMatchObject([{ trace_id: TRACE, steps: 9 }]);
    await other.close();
  });

  it('names values that JSON or a double cannot hold', async () => {
    const path = await writeDatabase(ROWS);
    await change(
      path,
      `CREATE TABLE more AS SELECT 1; ALTER TABLE message ADD COLUMN "odd ""name" ANY;
       UPDATE message SET "odd ""name" = 9007199254740993 WHERE data LIKE '%summary":{"title%';
       UPDATE session SET slug = X'00ff', share_url = '{"$base64":"x"}', permission = '{"a": 1}'`,
    );
    const other = await TestBucket.open();
    await other.capture([path]);
    const lines = (await other.source(TRACE)).toString('utf8').split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      row: { slug: { $base64: 'AP8=' }, share_url: '{"$base64":"x"}', permission: '{"a": 1}' },
    });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ row: { 'odd "name': '9007199254740993' } });
    await other.close();
  });

  it('holds many sessions; a sub-agent of a sub-agent belongs to the first', async () => {
    const child = `INSERT INTO session SELECT 'ses_child', project_id, '${SESSION}', slug, directory, title,
      version, share_url, summary_additions, summary_deletions, summary_files, summary_diffs, revert,
      permission, time_created, time_updated, time_compacting, time_archived FROM session LIMIT 1;`;
    const grandchild = child.replace("'ses_child'", "'ses_grand'").replace(`'${SESSION}'`, "'ses_child'");
    const message = (id: string): string =>
      `INSERT INTO message VALUES ('m_${id}', '${id}', 1, 1, '{"role":"user","time":{"created":1}}');`;
    const path = await writeDatabase(ROWS);
    await change(
      path,
      `${child}${grandchild}${message('ses_child')}${message('ses_grand')}${message('no such/id')}
       INSERT INTO part VALUES ('p_stray', 'm_gone', 'ses_child', 1, 1, '{"type":"text","text":"stray"}')`,
    );
    const other = await TestBucket.open();
    const { results } = await other.capture([path]);
    const ids = [SESSION, `${SESSION}/ses_child`, `${SESSION}/ses_grand`];
    const captured = results.filter(({ status }) => status === 'captured');
    expect(captured.map(({ trace_id }) => trace_id)).toEqual(ids.map((id) => traceIdOf('opencode', id)));
    expect(results.filter(({ status }) => status !== 'captured')).toMatchObject([
      { path, status: 'error', code: 'OT_SESSION_ID' },
    ]);
    const head = await (await other.folder(traceIdOf('opencode', ids[1] ?? ''))).head();
    expect(head.parent_trace_id).toBe(TRACE);
    expect(head.limitations).toMatchObject([{ code: 'unlinked_part', count: 1, detail: 'text' }]);
    const asked = async (session: string): Promise<number> =>
      (await other.capture([path], { session })).results.length;
    expect([await asked(SESSION), await asked('ses_grand'), await asked('ses_none')]).toEqual([3, 1, 0]);
    await expectVerified(other);
    await other.close();
  });
});

describe('a database', () => {
  it.each([
    ['of another program', 'CREATE TABLE message (id, body); CREATE TABLE part (id)', 'OT_NOT_A_SESSION'],
    [
      'of views without end',
      `CREATE VIEW part AS SELECT 1 AS id, 2 AS message_id, 3 AS session_id, 4 AS data;
       CREATE VIEW message AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT i AS id, i AS session_id, i AS data FROM n`,
      'OT_NOT_A_SESSION',
    ],
    [
      'without a session',
      'CREATE TABLE message (id, session_id, data); CREATE TABLE part (id, message_id, session_id, data)',
      'OT_NOT_A_SESSION_EMPTY',
    ],
  ])('%s is passed over', async (_, sql, code) => {
    const path = await writeDatabase(Buffer.from('{"table":"x","row":{"id":1}}\n'));
    await change(path, sql);
    await expect(bucket.capture([path])).rejects.toMatchObject({ code });
    expect((await bucket.capture([dirname(path)])).results).toMatchObject([{ status: 'skipped', code }]);
  });

  it('that is damaged stops nothing else', async () => {
    const path = await writeDatabase(ROWS);
    const damaged = join(dirname(path), 'damaged.db');
    writeFileSync(damaged, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(9000, 7)]));
    const { results } = await bucket.capture([dirname(path)]);
    expect(results).toMatchObject([
      { path: damaged, status: 'error', code: 'OT_SOURCE_UNREADABLE' },
      { path, status: 'unchanged' },
    ]);
  });
});
