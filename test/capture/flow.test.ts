/** The main flow in process: files in, traces listed and read, the exact bytes back, nothing twice. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listTraces } from '../../src/bucket/list.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import type { CaptureReport } from '../../src/capture/capture.ts';
import { formatByName } from '../../src/capture/formats.ts';
import { getTrace, recordOf } from '../../src/trace/get.ts';
import { listPage } from '../../src/trace/list.ts';
import { chooseSource, openSources } from '../../src/trace/source.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { ROOT } from '../support/cli.ts';
import { expectPure } from './rederive.ts';

const FIXTURES = join(ROOT, 'fixtures', 'sessions', 'claude-code');

function sessionFiles(folder = FIXTURES): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sessionFiles(path);
    return /\.jsonl$|input\.json$/.test(entry.name) ? [path] : [];
  });
}

describe.each(['sha1', 'sha256'] as const)('fixtures captured into a %s bucket', (algorithm) => {
  let bucket: TestBucket;
  let report: CaptureReport;

  beforeAll(async () => {
    bucket = await TestBucket.open({ algorithm });
    report = await bucket.capture([FIXTURES]);
  });

  it('makes one trace of each session and each sub-agent', async () => {
    const files = report.results.filter((result) => result.inline_subagent === undefined);
    const captured = files.filter(({ status }) => status === 'captured').map(({ path }) => path);
    expect(captured.sort()).toEqual(sessionFiles().sort());
    expect(report.results.filter(({ status }) => status === 'error')).toEqual([]);
    expect((await bucket.trees()).size).toBe(report.totals.captured);
    expect(report.results.some((result) => result.inline_subagent !== undefined)).toBe(true);
    await expectVerified(bucket);
  });

  it('lists main sessions, and sub-agents when asked', async () => {
    const listed = await listTraces([ownShelf(bucket.bucket)], (_, error) => {
      throw error;
    });
    const all = listPage(listed, { subagents: true, limit: 1000 });
    const main = listPage(listed, { subagents: false, limit: 1000 });
    expect(all.total).toBe(report.totals.captured);
    expect(main.traces.every((row) => row.parent_trace_id === undefined)).toBe(true);
    const subagents = all.total - main.total;
    const inline = report.results.filter((result) => result.inline_subagent !== undefined).length;
    expect(subagents).toBe(inline + 1);
    for (const row of all.traces) expect(JSON.stringify(row).length).toBeLessThan(2048);
  });

  it('reads every trace with as many steps as it says', async () => {
    for (const { trace_id: id } of report.results.filter(({ trace_id }) => trace_id !== undefined)) {
      const found = await getTrace([ownShelf(bucket.bucket)], id!, 'all');
      const record = recordOf(found);
      expect(record.steps.map((step) => step.step_index)).toEqual(
        Array.from({ length: record.metrics.total_steps }, (_, index) => index + 1),
      );
      expect(record.trace_id).toBe(id);
    }
  });

  it('gives back the exact bytes of every file', async () => {
    const files = report.results.filter(
      (result) => result.status === 'captured' && result.inline_subagent === undefined,
    );
    for (const { path, trace_id: id } of files) {
      const opened = await openSources([ownShelf(bucket.bucket)], id!);
      const parts: Buffer[] = [];
      for await (const part of opened.read(chooseSource(opened, undefined))) parts.push(part);
      expect(Buffer.concat(parts).equals(readFileSync(path)), path).toBe(true);
    }
  });

  it('keeps for an inline sub-agent the whole lines that tell of it', async () => {
    for (const result of report.results.filter(({ inline_subagent }) => inline_subagent !== undefined)) {
      const lines = (await bucket.source(result.trace_id!)).toString('utf8').split('\n').slice(0, -1);
      const parent = new Set(readFileSync(result.path, 'utf8').split('\n'));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.every((line) => parent.has(line))).toBe(true);
    }
  });

  it('makes no commit the second time, in whatever order files are named', async () => {
    const refs = await bucket.refs();
    const again = await bucket.capture(sessionFiles().reverse());
    expect(again.commits).toBe(0);
    expect(again.results.map(({ status }) => status)).toEqual(sessionFiles().map(() => 'unchanged'));
    expect(await bucket.refs()).toBe(refs);
    await expectVerified(bucket);
  });

  it('holds nothing that does not follow from the stored sources', async () => {
    await expectPure(bucket);
  });

  it('names formats that a later version finds again', async () => {
    for (const traceId of (await bucket.trees()).keys()) {
      const [meta] = await (await bucket.folder(traceId)).sourceMetas();
      expect(formatByName(meta!.agent, meta!.format)?.name).toBe(meta!.format);
    }
  });
});

describe('a bucket for people who know git', () => {
  it('has one commit per month and capture, readable with plain git', async () => {
    const bucket = await TestBucket.open();
    await bucket.capture([join(FIXTURES, 'basic')]);
    const refs = (await bucket.refs()).split('\n');
    expect(refs).toHaveLength(1);
    expect(refs[0]).toMatch(/^refs\/opentraces\/lanes\/[0-9a-f]{16}\/2026-02 [0-9a-f]{40}$/);
    const ref = refs[0]!.split(' ')[0]!;
    const log = await bucket.plainGit('log', '--format=%an <%ae>%n%B', ref);
    expect(log).toMatch(/^opentraces <opentraces@local>\ncapture: 2 traces, 23 steps\n\n/);
    const names = (await bucket.plainGit('ls-tree', '-r', '--name-only', ref)).split('\n');
    for (const name of names.filter((path) => !path.includes('/blobs/'))) {
      expect(name).toMatch(/^traces\/([0-9a-f]{2})\/\1[0-9a-f-]{28}([0-9a-f]{6})\/[a-z0-9/]+\.\2$/);
    }
    expect(await bucket.plainGit('config', '--get-all', 'transfer.hideRefs')).toContain(
      'refs/opentraces/lanes',
    );
  });

  it('writes the same trees on another machine', async () => {
    const here = await TestBucket.open();
    const there = await TestBucket.open({ machineId: 'another-machine' });
    await here.capture([FIXTURES]);
    for (const file of sessionFiles().reverse()) await there.capture([file]);
    expect(await there.trees()).toEqual(await here.trees());
    await expectVerified(there);
  });
});
