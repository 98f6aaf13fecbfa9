/** A folder captured again: what the file cache spares, and that it never hides a change. */
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import type { CaptureReport } from '../../src/capture/capture.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { conversation, SESSION_ID, SessionText, writeSession } from './session-file.ts';

const TRACE_ID = traceIdOf('claude-code', SESSION_ID);

/** A bucket whose clock is ten seconds ahead, so that files written just now are old enough to be trusted. */
class LaterBucket {
  readonly inner: TestBucket;
  readonly path: string;

  private constructor(inner: TestBucket, path: string) {
    this.inner = inner;
    this.path = path;
  }

  static async open(): Promise<LaterBucket> {
    return new LaterBucket(await TestBucket.open(), writeSession(conversation(3).bytes()));
  }

  get cacheFile(): string {
    return join(this.inner.home, 'cache', 'captured-files.json');
  }

  entries(): unknown[][] {
    return JSON.parse(readFileSync(this.cacheFile, 'utf8')).entries;
  }

  capture(options: { aheadMs?: number; again?: boolean } = {}): Promise<CaptureReport> {
    const { aheadMs = 10_000, ...rest } = options;
    const platform = { ...this.inner.bucket.platform, now: () => new Date(Date.now() + aheadMs) };
    return this.inner.capture([dirname(this.path)], { bucket: { ...this.inner.bucket, platform }, ...rest });
  }

  /** Marks what the cache says, so that an answer that came from it can be told. */
  mark(): void {
    const entries = this.entries().map((entry) => [...entry.slice(0, 5), 4711, 0, 0]);
    writeFileSync(this.cacheFile, JSON.stringify({ format: 2, entries }));
  }
}

describe('a folder captured again', () => {
  it('is answered without reading its files', async () => {
    const bucket = await LaterBucket.open();
    const first = await bucket.capture();
    bucket.mark();
    const [second] = (await bucket.capture()).results;
    expect(second).toEqual({ ...first.results[0], status: 'unchanged', steps: 4711 });
    await expectVerified(bucket.inner);
  });

  it('gives the same answer with and without the cache', async () => {
    const bucket = await LaterBucket.open();
    await bucket.capture();
    const cached = await bucket.capture();
    rmSync(dirname(bucket.cacheFile), { recursive: true });
    expect(await bucket.capture()).toEqual(cached);
    expect(cached).toMatchObject({ commits: 0, totals: { unchanged: 1 } });
  });
});

it('a sub-agent is one in the answer of the cache, too', async () => {
  const bucket = await LaterBucket.open();
  const sub = new SessionText(SESSION_ID, { isSidechain: true, agentId: 'a1b2c3d' }).user('look').say('done');
  writeSession(sub, { folder: dirname(bucket.path), name: 'agent-a1b2c3d.jsonl' });
  await bucket.capture();
  expect(bucket.entries()).toHaveLength(2);
  expect((await bucket.capture()).results.map(({ status, subagent }) => [status, subagent])).toEqual([
    ['unchanged', undefined],
    ['unchanged', true],
  ]);
});

describe('what the cache says', () => {
  it.each([
    [
      'a byte is changed in place, and the time of modification put back',
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replaceAll('question', 'QUESTION').replace('claude', 'CLAUDE'),
        );
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'another file takes its name',
      (path: string) => {
        writeFileSync(`${path}.new`, conversation(4).bytes());
        renameSync(`${path}.new`, path);
      },
    ],
    ['it grows', (path: string) => writeFileSync(path, conversation(5).bytes())],
  ])('sees that %s', async (_, change) => {
    const bucket = await LaterBucket.open();
    await bucket.capture();
    const before = statSync(bucket.path, { bigint: true });
    change(bucket.path);
    expect(statSync(bucket.path, { bigint: true }).ctimeNs).not.toBe(before.ctimeNs);
    const { totals } = await bucket.capture();
    expect(totals.unchanged).toBe(0);
    expect(totals.grown + totals.new_source).toBe(1);
    await expectVerified(bucket.inner);
  });

  it('does not trust a file that was written just now', async () => {
    const bucket = await LaterBucket.open();
    await bucket.capture({ aheadMs: 0 });
    expect(() => bucket.entries()).toThrow();
    await bucket.capture();
    expect(bucket.entries()).toHaveLength(1);
  });

  it('reads again when the bucket no longer has the trace, or has another state of it', async () => {
    const bucket = await LaterBucket.open();
    await bucket.capture();
    bucket.mark();
    const [ref] = (await bucket.inner.refs()).split(' ');
    await bucket.inner.plainGit('update-ref', '-d', ref!);
    await bucket.inner.reopen();
    expect((await bucket.capture()).totals).toMatchObject({ captured: 1, unchanged: 0 });
    await bucket.inner.capture([writeSession(conversation(9).bytes())]);
    bucket.mark();
    const { results } = await bucket.capture();
    expect(results[0]).toMatchObject({ status: 'unchanged', trace_id: TRACE_ID });
    expect(results[0]!.steps).not.toBe(4711);
    await expectVerified(bucket.inner);
  });

  it('derives anew when that is asked for', async () => {
    const bucket = await LaterBucket.open();
    await bucket.capture();
    bucket.mark();
    expect((await bucket.capture({ again: true })).results[0]!.steps).not.toBe(4711);
  });

  it('tells the last state of a session that several files hold', async () => {
    const bucket = await LaterBucket.open();
    writeFileSync(join(dirname(bucket.path), 'zz-longer.jsonl'), conversation(6).bytes());
    await bucket.capture();
    const again = await bucket.capture();
    rmSync(bucket.cacheFile);
    expect((await bucket.capture()).results).toEqual(again.results);
    expect(again.totals.unchanged).toBe(2);
  });
});

describe('a cache that cannot be used', () => {
  it.each([
    ['no JSON', '{"format":2,"entries":['],
    ['of another format', '{"format":1,"entries":[]}'],
    ['of other shapes', '{"format":2,"entries":[["x"],{"__proto__":null},7]}'],
    ['null', 'null'],
  ])('passes over a cache that is %s', async (_, text) => {
    const bucket = await LaterBucket.open();
    await bucket.capture();
    writeFileSync(bucket.cacheFile, text);
    expect((await bucket.capture()).totals.unchanged).toBe(1);
    expect(bucket.entries()).toHaveLength(1);
  });

  it('does without a cache folder it cannot write', async () => {
    const bucket = await LaterBucket.open();
    writeFileSync(join(bucket.inner.home, 'cache'), 'a file');
    expect((await bucket.capture()).totals.captured).toBe(1);
    expect((await bucket.capture()).totals.unchanged).toBe(1);
  });
});
