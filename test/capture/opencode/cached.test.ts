/** Stores captured again: sessions whose files have not changed are not read, and no change is hidden. */
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { openSqlite } from '../../../src/base/sqlite.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { fixture, SESSION, writeDatabase, writeStorage } from './stores.ts';

const TRACE = traceIdOf('opencode', SESSION);
const PART = join('storage', 'part', 'msg_c2e0f3d4001aBcDeFgHiJkLmN');

/** Ten seconds ahead, so that files written just now are old enough to be trusted. */
function capture(bucket: TestBucket, path: string) {
  const platform = { ...bucket.bucket.platform, now: () => new Date(Date.now() + 10_000) };
  return bucket.capture([path], { bucket: { ...bucket.bucket, platform } });
}

/** Writes a count into the cache that no session has, so that an answer that came from it can be told. */
function mark({ home }: TestBucket): number {
  const path = join(home, 'cache', 'captured-files.json');
  const { format, entries } = JSON.parse(readFileSync(path, 'utf8')) as {
    format: number;
    entries: unknown[][];
  };
  const marked = entries.map((entry) => [...entry.slice(0, 5), 4711, 0, 0]);
  writeFileSync(path, JSON.stringify({ format, entries: marked }));
  return entries.length;
}

async function capturedOnce(path: string): Promise<TestBucket> {
  const bucket = await TestBucket.open();
  expect((await capture(bucket, path)).results).toMatchObject([{ trace_id: TRACE, status: 'captured' }]);
  expect(mark(bucket)).toBe(1);
  return bucket;
}

describe('a storage tree captured again', () => {
  it('is answered without reading its sessions', async () => {
    const folder = writeStorage(fixture('files/input.jsonl'));
    const bucket = await capturedOnce(folder);
    expect(await capture(bucket, folder)).toMatchObject({
      commits: 0,
      results: [{ trace_id: TRACE, status: 'unchanged', steps: 4711 }],
    });
    await expectVerified(bucket);
    await bucket.close();
  });

  it.each([
    [
      'a part is written anew, its time put back',
      (part: string) => {
        writeFileSync(part, readFileSync(part, 'utf8').replace('{', '{ '));
        utimesSync(part, 1_700_000_000, 1_700_000_000);
      },
    ],
    ['a part is new', (part: string) => writeFileSync(`${part.slice(0, -5)}x.json`, '{"type":"text"}')],
    ['a part is gone', (part: string) => rmSync(part)],
  ])('is read when %s', async (_case, change) => {
    const folder = writeStorage(fixture('files/input.jsonl'));
    writeFileSync(join(folder, PART, 'prt_one.json'), '{"type":"text","text":"one"}');
    const bucket = await capturedOnce(folder);
    change(join(folder, PART, 'prt_one.json'));
    expect((await capture(bucket, folder)).results).not.toMatchObject([{ steps: 4711 }]);
    await expectVerified(bucket);
    await bucket.close();
  });
});

describe('a database captured again', () => {
  it.each(['DELETE', 'WAL'])('is read only when a row is new (%s)', async (journal) => {
    const path = await writeDatabase(fixture('rows/input.jsonl'), journal);
    const bucket = await capturedOnce(path);
    expect((await capture(bucket, path)).results).toMatchObject([{ status: 'unchanged', steps: 4711 }]);
    const database = await openSqlite(path);
    database.exec('UPDATE part SET data = \'{"type":"text","text":"late"}\' WHERE rowid = 1');
    database.close();
    expect((await capture(bucket, path)).results).not.toMatchObject([{ steps: 4711 }]);
    await expectVerified(bucket);
    await bucket.close();
  });
});
