/** Sessions in OpenCode's storage tree: every file comes back, whatever stands in it. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { expectPure } from '../rederive.ts';
import { fileBytes, fixture, SESSION, writeStorage } from './stores.ts';

const FILES = fixture('files/input.jsonl');
const TRACE = traceIdOf('opencode', SESSION);

describe("OpenCode's storage tree", () => {
  it('gives back the files of a session as lines', async () => {
    const folder = writeStorage(FILES);
    const bucket = await TestBucket.open();
    const { results } = await bucket.capture([folder]);
    expect(results).toMatchObject([{ trace_id: TRACE, status: 'captured', steps: 9 }]);
    expect((await bucket.source(TRACE)).toString('utf8')).toBe(FILES.toString('utf8'));
    expect((await bucket.capture([join(folder, 'storage')])).totals).toMatchObject({ unchanged: 1 });
    await expectPure(bucket);
    await expectVerified(bucket);
    await bucket.close();
  });

  it('keeps files exactly, however their JSON is written and when it is none', async () => {
    const folder = writeStorage(FILES);
    const part = join(folder, 'storage/part', `msg_c2e0f3d4001aBcDeFgHiJkLmN`);
    const files = new Map([
      ['prt_x1.json', Buffer.from('{"type":"text","text":"compact"}')],
      ['prt_x2.json', Buffer.from('{ "type": "text", "text": "1.0", "n": 1.0 }\r\n')],
      ['prt_x3.json', Buffer.from([0x7b, 0xff, 0x00])],
      ['prt_x4.json', Buffer.alloc(0)],
      ['prt_x5.json', Buffer.from('{\n  "type": "text"\n}\n')],
    ]);
    for (const [name, bytes] of files) writeFileSync(join(part, name), bytes);
    symlinkSync(join(part, 'prt_x1.json'), join(part, 'prt_link.json'));
    mkdirSync(join(part, 'folder.json'));
    const bucket = await TestBucket.open();
    await bucket.capture([folder]);
    const lines = (await bucket.source(TRACE)).toString('utf8').trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { path: string });
    for (const [name, bytes] of files) {
      const line = told.find(({ path }) => path.endsWith(`/${name}`));
      expect(fileBytes(line ?? {}), name).toEqual(bytes);
    }
    expect(told.filter(({ path }) => /link|folder/.test(path))).toEqual([]);
    await expectVerified(bucket);
    await bucket.close();
  });

  it('tells of a session under a name that is no id, and captures the others', async () => {
    const folder = writeStorage(FILES);
    mkdirSync(join(folder, 'storage/message/no id'));
    mkdirSync(join(folder, 'storage/message/0_begun'));
    const bucket = await TestBucket.open();
    const { results } = await bucket.capture([folder]);
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['error', 'OT_SESSION_ID'],
      ['captured', undefined],
    ]);
    await bucket.close();
  });

  it('is none when no message lies in it', async () => {
    const folder = writeStorage(
      Buffer.from('{"path":"message/a/b.json","text":"[]"}\n{"path":"part/c/d.json","text":"{}"}\n'),
    );
    const bucket = await TestBucket.open();
    expect((await bucket.capture([folder])).totals).toMatchObject({ skipped: 2, captured: 0 });
    await bucket.close();
  });
});
