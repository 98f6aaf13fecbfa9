/** Sources that an agent writes anew at every change: a later state takes the place of an earlier one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { openSqlite } from '../../src/base/sqlite.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { ROOT } from '../support/cli.ts';
import { fixture, SESSION, writeDatabase } from './opencode/stores.ts';
import { expectPure } from './rederive.ts';
import { writeSession } from './session-file.ts';

interface Document {
  sessionId: string;
  lastUpdated: string;
  messages: Array<Record<string, unknown>>;
}

const GEMINI = readFileSync(join(ROOT, 'fixtures/sessions/gemini-cli/document/input.json'), 'utf8');
const NAME = 'session-2026-02-04.json';

/** The document with its first `count` messages, as it was `minutes` after ten. */
function stateOf(count: number, minutes: number, more: Record<string, unknown> = {}): Buffer {
  const document = JSON.parse(GEMINI) as Document;
  document.lastUpdated = `2026-02-04T10:${String(minutes).padStart(2, '0')}:00.000Z`;
  document.messages = document.messages.slice(0, count).map((message) => ({ ...message, ...more }));
  return Buffer.from(JSON.stringify(document, null, 2));
}

const GEMINI_ID = (JSON.parse(GEMINI) as Document).sessionId;

async function capturedStates(states: readonly Buffer[]): Promise<[TestBucket, string[]]> {
  const bucket = await TestBucket.open();
  const path = writeSession(states[0] ?? Buffer.alloc(0), { name: NAME });
  const statuses: string[] = [];
  for (const state of states) {
    writeFileSync(path, state);
    statuses.push((await bucket.capture([path])).results[0]?.status ?? 'none');
  }
  await expectPure(bucket);
  await expectVerified(bucket);
  return [bucket, statuses];
}

async function expectLast(bucket: TestBucket, state: Buffer): Promise<void> {
  const [fresh] = await capturedStates([state]);
  expect(await bucket.trees()).toEqual(await fresh.trees());
  await fresh.close();
  await bucket.close();
}

describe('a document written anew', () => {
  it('with more messages is the same source, grown', async () => {
    const states = [stateOf(2, 1), stateOf(4, 2), stateOf(8, 3)];
    const [bucket, statuses] = await capturedStates(states);
    expect(statuses).toEqual(['captured', 'grown', 'grown']);
    await expectLast(bucket, stateOf(8, 3));
  });

  it('in an earlier state changes nothing', async () => {
    const [bucket, statuses] = await capturedStates([stateOf(8, 3), stateOf(4, 2), stateOf(8, 3)]);
    expect(statuses).toEqual(['captured', 'unchanged', 'unchanged']);
    await expectLast(bucket, stateOf(8, 3));
  });

  it('and shorter in bytes leaves no chunk of its earlier state', async () => {
    const long = stateOf(8, 1, { padding: 'x'.repeat(60_000) });
    const [bucket, statuses] = await capturedStates([long, stateOf(8, 2)]);
    expect(statuses).toEqual(['captured', 'grown']);
    await expectLast(bucket, stateOf(8, 2));
  });

  it('without messages it had is another source, which grows by itself; no step is lost', async () => {
    const other = JSON.parse(stateOf(8, 5).toString('utf8')) as Document;
    other.messages.splice(2, 3);
    const taken = Buffer.from(JSON.stringify(other));
    other.lastUpdated = '2026-02-04T10:06:00.000Z';
    other.messages.push({ id: 'new', timestamp: other.lastUpdated, type: 'user', content: 'go on' });
    const grown = Buffer.from(JSON.stringify(other));
    const [bucket, statuses] = await capturedStates([stateOf(8, 3), taken, grown, stateOf(8, 3)]);
    expect(statuses).toEqual(['captured', 'new_source', 'grown', 'unchanged']);
    const trace = traceIdOf('gemini-cli', GEMINI_ID);
    expect((await bucket.source(trace, 1)).equals(grown)).toBe(true);
    expect((await (await bucket.folder(trace)).head()).metrics.total_steps).toBe(8);
    await bucket.close();
  });

  it('is mended as the source it continues', async () => {
    const bucket = await TestBucket.open();
    const path = writeSession(stateOf(4, 1), { name: NAME });
    await bucket.capture([path]);
    writeFileSync(path, stateOf(8, 2));
    await bucket.capture([path], { again: true });
    await expectVerified(bucket);
    await expectLast(bucket, stateOf(8, 2));
  });
});

describe('rows that change', () => {
  it('are the same source, grown', async () => {
    const path = await writeDatabase(fixture('rows/input.jsonl'));
    const bucket = await TestBucket.open();
    await bucket.capture([path]);
    const database = await openSqlite(path);
    database.exec(`
      UPDATE part SET time_updated = time_updated + 9, data = replace(data, '"running"', '"error"');
      UPDATE session SET title = 'Whole cents', time_updated = time_updated + 9;
      INSERT INTO message VALUES ('msg_z', '${SESSION}', 1770200099000, 1770200099000,
        '{"role":"user","time":{"created":1770200099000}}');
      INSERT INTO part VALUES ('prt_z', 'msg_z', '${SESSION}', 1770200099000, 1, '{"type":"text","text":"more"}')`);
    database.close();
    expect((await bucket.capture([path])).results).toMatchObject([{ status: 'grown', steps: 10 }]);
    const folder = await bucket.folder(traceIdOf('opencode', SESSION));
    expect(await folder.sourceCount()).toBe(1);
    expect(await folder.head()).toMatchObject({ title: 'Whole cents', limitations: [] });
    await expectPure(bucket);
    await expectVerified(bucket);
    await bucket.close();
  });
});
