/** Files that change while they are read: what is stored is what was there at one moment, or nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { subagentSessionId, traceIdOf } from '../../src/base/ids.ts';
import { claudeJsonl } from '../../src/capture/claude-code/index.ts';
import { hashSource } from '../../src/capture/derive.ts';
import { ProjectResolver } from '../../src/capture/project.ts';
import { fileInput, type SourceInput } from '../../src/capture/source-input.ts';
import { type CapturedTrace, CaptureTransaction } from '../../src/capture/transaction.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { tempDir } from '../support/git-env.ts';
import { append, conversation, SESSION_ID, SessionText, writeSession } from './session-file.ts';

const TRACE_ID = traceIdOf('claude-code', SESSION_ID);
const IDENTITY = { format: claudeJsonl, sessionId: SESSION_ID };

/** A file input that lets something happen just before its n-th reading (from 1). */
function disturbed(path: string, reading: number, happen: () => void): SourceInput {
  const input = fileInput(path);
  let count = 0;
  return {
    fileName: input.fileName,
    read: (scratch) => {
      count += 1;
      if (count === reading) happen();
      return input.read(scratch);
    },
  };
}

/** Looks, then stores, like a capture of one file does. */
async function captureInput(bucket: TestBucket, input: SourceInput): Promise<CapturedTrace> {
  const projects = new ProjectResolver(async () => null);
  const transaction = new CaptureTransaction({ bucket: bucket.bucket, projects, again: false });
  try {
    const hashed = await hashSource(input, transaction.algorithm);
    const prepared = await transaction.prepare(IDENTITY, input, hashed);
    const captured = await transaction.add(IDENTITY, input, null, prepared);
    await transaction.settle();
    await transaction.flush();
    return captured;
  } catch (error) {
    await transaction.abort();
    throw error;
  }
}

const changed = { code: 'OT_SOURCE_CHANGED', kind: 'conflict', retryable: true };

describe('a file that grows while it is read', () => {
  it('is stored as it was when the capture began; the rest is growth', async () => {
    const bucket = await TestBucket.open();
    const bytes = conversation(2).bytes();
    const path = writeSession(bytes);
    await captureInput(
      bucket,
      disturbed(path, 2, () => append(path, '{"type":"user","message":')),
    );
    expect((await bucket.source(TRACE_ID)).equals(bytes)).toBe(true);
    append(path, '{"content":"more"}}\n');
    expect((await bucket.capture([path])).totals.grown).toBe(1);
    expect((await bucket.source(TRACE_ID)).equals(readFileSync(path))).toBe(true);
    await expectVerified(bucket);
  });

  it('while it grows a known trace as well', async () => {
    const bucket = await TestBucket.open();
    const path = writeSession(conversation(1));
    await bucket.capture([path]);
    append(path, conversation(2).bytes().subarray(conversation(1).bytes().length));
    await captureInput(
      bucket,
      disturbed(path, 2, () => append(path, 'x'.repeat(300_000))),
    );
    expect((await bucket.source(TRACE_ID)).equals(conversation(2).bytes())).toBe(true);
    await expectVerified(bucket);
  });
});

describe.each(['new', 'known'])('a file of a %s session that becomes another while it is read', (state) => {
  const changes: readonly (readonly [string, (path: string) => void])[] = [
    ['is cut', (path) => truncateSync(path, 700)],
    ['is emptied', (path) => truncateSync(path, 0)],
    ['is rewritten in the same length', (path) => rewrite(path)],
    [
      'is replaced by a longer one',
      (path) => replace(path, new SessionText().user('other').raw('x'.repeat(9_000)).bytes()),
    ],
  ];

  it.each(changes)(
    '%s: an error of this file; nothing of it is visible, a later capture succeeds',
    async (_, change) => {
      const bucket = await TestBucket.open();
      const path = writeSession(conversation(1));
      if (state === 'known') await bucket.capture([path]);
      const refs = await bucket.refs();
      const grown = conversation(3).bytes();
      writeFileSync(path, grown);
      await expect(
        captureInput(
          bucket,
          disturbed(path, state === 'known' ? 3 : 2, () => change(path)),
        ),
      ).rejects.toMatchObject(changed);
      expect(await bucket.refs()).toBe(refs);
      await expectVerified(bucket);
      rmSync(path);
      writeFileSync(path, grown);
      await bucket.capture([path]);
      expect((await bucket.source(TRACE_ID)).equals(grown)).toBe(true);
      await expectVerified(bucket);
    },
  );

  it.each([
    ['vanishes', 'OT_SOURCE_MISSING', (path: string) => rmSync(path)],
    ['is replaced by a pipe', 'OT_SOURCE_UNREADABLE', replaceByPipe],
  ])('%s: likewise, without waiting', async (_, code, change) => {
    const bucket = await TestBucket.open();
    const path = writeSession(conversation(1));
    if (state === 'known') await bucket.capture([path]);
    const refs = await bucket.refs();
    append(path, conversation(1).lines[0]!);
    const input = disturbed(path, state === 'known' ? 3 : 2, () => change(path));
    await expect(captureInput(bucket, input)).rejects.toMatchObject({ code });
    expect(await bucket.refs()).toBe(refs);
    await expectVerified(bucket);
  });
});

function rewrite(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll('Question 1', 'Pestoion 9'));
}

function replace(path: string, bytes: Buffer): void {
  const beside = writeSession(bytes, { folder: tempDir() });
  renameSync(beside, path);
}

function replaceByPipe(path: string): void {
  rmSync(path);
  execFileSync('mkfifo', [path]);
}

describe('a session whose inline sub-agents are read after it', () => {
  const AGENT = 'a1b2c3d';
  const SUB = traceIdOf('claude-code', subagentSessionId(SESSION_ID, AGENT));

  function withSubagent(): SessionText {
    const content = [{ type: 'text', text: 'inline' }];
    const message = { type: 'assistant', uuid: 'u1', message: { id: 'm1', role: 'assistant', content } };
    const session = new SessionText().user('go').call('Task', { prompt: 'p' });
    return session.agentProgress(AGENT, 'call_1', message).say('done');
  }

  it('is dropped with them when the file is cut in between, and whole the next time', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    const path = writeSession(withSubagent(), { folder });
    const other = '99999999-2222-4333-8444-555555555555';
    writeSession(conversation(1, other), { folder });
    const cutWhenLookedAt = async (): Promise<null> => {
      truncateSync(path, 500);
      return null;
    };
    const { results } = await bucket.capture([folder], { describeRepository: cutWhenLookedAt });
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['error', 'OT_SOURCE_CHANGED'],
      ['captured', undefined],
    ]);
    expect([...(await bucket.trees()).keys()]).toEqual([traceIdOf('claude-code', other)]);
    await expectVerified(bucket);
    writeFileSync(path, withSubagent().bytes());
    expect((await bucket.capture([folder])).totals).toMatchObject({ captured: 2, unchanged: 1 });
    expect([...(await bucket.trees()).keys()]).toEqual(expect.arrayContaining([TRACE_ID, SUB]));
    await expectVerified(bucket);
  });
});
