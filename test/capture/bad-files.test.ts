/** Files that are no good sessions: reported by name and code, and never in the way of the others. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import type { FileResult } from '../../src/capture/capture.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { tempDir } from '../support/git-env.ts';
import { expectPure } from './rederive.ts';
import { append, conversation, SESSION_ID, SessionText, writeSession } from './session-file.ts';

const TRACE_ID = traceIdOf('claude-code', SESSION_ID);

const NO_SESSIONS: readonly (readonly [what: string, content: string | Buffer, code: string])[] = [
  ['prose', 'Dear diary,\n', 'OT_NOT_A_SESSION'],
  ['JSON of something else', '{"name":"acme","version":"1.0.0"}\n', 'OT_NOT_A_SESSION'],
  ['JSON lines of something else', '{"a":1}\n[2]\n"three"\n', 'OT_NOT_A_SESSION'],
  ['bytes', Buffer.from([0, 255, 10, 0, 254, 10, 13, 0]), 'OT_NOT_A_SESSION'],
  ['zeros', Buffer.alloc(100_000), 'OT_NOT_A_SESSION'],
  ['nothing', '', 'OT_NOT_A_SESSION_EMPTY'],
  ['white space', '\n \n\t\n', 'OT_NOT_A_SESSION'],
  ['half an entry', '{"parentUuid":null,"sess', 'OT_NOT_A_SESSION'],
];

describe('a file that is no session', () => {
  it.each(NO_SESSIONS)(
    '%s: named alone it is a usage error and nothing is written',
    async (_, content, code) => {
      const bucket = await TestBucket.open();
      const path = writeSession(Buffer.from(content));
      await expect(bucket.capture([path])).rejects.toMatchObject({ code, kind: 'usage' });
      expect(await bucket.refs()).toBe('');
      await expectVerified(bucket);
    },
  );

  it('in a folder it is passed over by name, and the sessions beside it are captured', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    for (const [what, content] of NO_SESSIONS)
      writeSession(Buffer.from(content), { folder, name: `${what}.jsonl` });
    writeSession(conversation(1), { folder });
    writeFileSync(join(folder, 'notes.md'), 'not even looked at');
    const { results, totals } = await bucket.capture([folder]);
    expect(totals).toMatchObject({ captured: 1, skipped: NO_SESSIONS.length, error: 0 });
    const codes = Object.fromEntries(results.map(({ path, code }) => [path.slice(folder.length + 1), code]));
    for (const [what, , code] of NO_SESSIONS) expect(codes[`${what}.jsonl`]).toBe(code);
    expect(codes).not.toHaveProperty('notes.md');
    await expectVerified(bucket);
  });

  it('among several named files it is reported as named, and the others are captured', async () => {
    const bucket = await TestBucket.open();
    const bad = writeSession(Buffer.from('prose'), { name: 'bad.jsonl' });
    const missing = join(tempDir(), 'missing.jsonl');
    const { results } = await bucket.capture([bad, writeSession(conversation(1))]);
    expect(results.map(({ status, named }) => [status, named])).toEqual([
      ['skipped', true],
      ['captured', true],
    ]);
    await expect(bucket.capture([missing])).rejects.toMatchObject({ code: 'OT_SOURCE_MISSING' });
    await expectVerified(bucket);
  });
});

describe.runIf(process.platform === 'linux')('a name that is not UTF-8', () => {
  /** A folder with a session of a good name, and a session and a folder whose names have a byte of Latin-1. */
  function folderWithBadNames(): { folder: string; shown: string[] } {
    const folder = tempDir();
    const named = (name: string): Buffer => Buffer.from(join(folder, name), 'latin1');
    writeSession(conversation(1), { folder });
    writeFileSync(named('caf\u00e9.jsonl'), conversation(1).bytes());
    mkdirSync(named('archive\u00e9'));
    return { folder, shown: ['archive\ufffd', 'caf\ufffd.jsonl'].map((name) => join(folder, name)) };
  }

  it('in a folder is reported, and the sessions beside it are captured', async () => {
    const bucket = await TestBucket.open();
    const { folder, shown } = folderWithBadNames();
    const { results, totals } = await bucket.capture([folder]);
    expect(totals).toMatchObject({ captured: 1, error: 2 });
    const bad = results.filter(({ status }) => status === 'error');
    expect(bad.map(({ path, code, named }) => [path, code, named])).toEqual(
      shown.map((path) => [path, 'OT_SOURCE_NAME', false]),
    );
  });

  it('is an error that says so when it was named itself', async () => {
    const bucket = await TestBucket.open();
    for (const path of folderWithBadNames().shown) {
      await expect(bucket.capture([path])).rejects.toMatchObject({ code: 'OT_SOURCE_NAME', kind: 'usage' });
    }
  });

  it('may hold the character that stands for such bytes', async () => {
    const bucket = await TestBucket.open();
    const path = writeSession(conversation(1), { name: 'caf\ufffd.jsonl' });
    expect((await bucket.capture([join(path, '..')])).totals).toMatchObject({ captured: 1, error: 0 });
  });
});

describe('a session with bad parts', () => {
  async function limitationsOf(bucket: TestBucket): Promise<Record<string, number>> {
    const { limitations } = await (await bucket.folder(TRACE_ID)).head();
    return Object.fromEntries(limitations.map(({ code, count }) => [code, count]));
  }

  it('keeps a truncated last line, and reads it once it is whole', async () => {
    const bucket = await TestBucket.open();
    const bytes = conversation(2).bytes();
    const path = writeSession(bytes.subarray(0, bytes.length - 40));
    await bucket.capture([path]);
    expect(await limitationsOf(bucket)).toEqual({ truncated_last_line: 1 });
    expect((await bucket.source(TRACE_ID)).equals(readFileSync(path))).toBe(true);
    expect((await (await bucket.folder(TRACE_ID)).head()).metrics.total_steps).toBe(5);
    append(path, bytes.subarray(bytes.length - 40));
    expect((await bucket.capture([path])).totals.grown).toBe(1);
    expect(await limitationsOf(bucket)).toEqual({});
    expect((await (await bucket.folder(TRACE_ID)).head()).metrics.total_steps).toBe(6);
    await expectVerified(bucket);
    await expectPure(bucket);
  });

  it('keeps bytes that are no UTF-8, and says where they are', async () => {
    const bucket = await TestBucket.open();
    const [before, bad] = ['Grüße', 'zzzz'].map((text) => new SessionText().user(text).lines[0]!);
    const damaged = Buffer.from(`${bad}\n`);
    damaged.write('\xff\xfe\xc3(', damaged.indexOf('zzzz'), 'latin1');
    const bytes = Buffer.concat([Buffer.from(`${before}\n`), damaged, conversation(1).bytes()]);
    await bucket.capture([writeSession(bytes)]);
    const { limitations } = await (await bucket.folder(TRACE_ID)).head();
    const place = { line: 2, offset: Buffer.byteLength(before!) + 1 };
    expect(limitations).toContainEqual(expect.objectContaining({ code: 'invalid_utf8', count: 1, ...place }));
    expect((await bucket.source(TRACE_ID)).equals(bytes)).toBe(true);
    await expectVerified(bucket);
    await expectPure(bucket);
  });

  it('reads what it can of an unknown agent version and counts the rest', async () => {
    const bucket = await TestBucket.open();
    const session = new SessionText(SESSION_ID, { version: '99.0.0-future', novelty: { deep: [1] } });
    session.user('hello').say('hi').raw('{"type":"hologram","payload":{"x":1},"sessionId":"s"}');
    session.assistant({ type: 'telepathy', waves: [1, 2] });
    await bucket.capture([writeSession(session)]);
    expect((await (await bucket.folder(TRACE_ID)).meta()).agent_version).toBe('99.0.0-future');
    expect(await limitationsOf(bucket)).toEqual({ unknown_entry: 1, unknown_block: 1 });
    expect((await bucket.source(TRACE_ID)).equals(session.bytes())).toBe(true);
    await expectVerified(bucket);
  });

  it('counts broken lines with the place of the first and goes on', async () => {
    const bucket = await TestBucket.open();
    const session = new SessionText().user('one').raw('{"type":"user",').raw('\0\0\0').user('two');
    await bucket.capture([writeSession(session)]);
    const { limitations, metrics } = await (await bucket.folder(TRACE_ID)).head();
    expect(limitations).toEqual([expect.objectContaining({ code: 'bad_line', count: 2, line: 2 })]);
    expect(metrics.total_steps).toBe(2);
    await expectVerified(bucket);
  });
});

describe('what is no regular file', () => {
  const problem = ({ status, code }: FileResult): readonly unknown[] => [status, code];

  it('a folder named like a session is walked', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    writeSession(conversation(1), { folder, name: `x.jsonl/${SESSION_ID}.jsonl` });
    expect((await bucket.capture([folder])).totals).toMatchObject({ captured: 1, error: 0 });
    expect((await bucket.capture([join(folder, 'x.jsonl')])).totals.unchanged).toBe(1);
  });

  it('a pipe is an error at once when it is named, and passed over in a folder', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    const pipe = join(folder, 'pipe.jsonl');
    execFileSync('mkfifo', [pipe]);
    writeSession(conversation(1), { folder });
    await expect(bucket.capture([pipe])).rejects.toMatchObject({ code: 'OT_SOURCE_UNREADABLE' });
    expect((await bucket.capture([folder])).totals).toMatchObject({ captured: 1, error: 0 });
  });

  it('links are followed to files only; dangling, circular and odd ones are reported', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    const elsewhere = tempDir();
    mkdirSync(join(elsewhere, 'sub'));
    writeSession(conversation(1), { folder: join(elsewhere, 'sub') });
    symlinkSync(join(elsewhere, 'sub', `${SESSION_ID}.jsonl`), join(folder, `${SESSION_ID}.jsonl`));
    symlinkSync(join(elsewhere, 'sub'), join(folder, 'folder.jsonl'));
    symlinkSync(elsewhere, join(folder, 'folder'));
    symlinkSync('nowhere', join(folder, 'dangling.jsonl'));
    symlinkSync('circle.jsonl', join(folder, 'circle.jsonl'));
    symlinkSync('/dev/zero', join(folder, 'zero.jsonl'));
    const { results } = await bucket.capture([folder]);
    expect(results.map((result) => [result.path.slice(folder.length + 1), ...problem(result)])).toEqual([
      [`${SESSION_ID}.jsonl`, 'captured', undefined],
      ['circle.jsonl', 'error', 'OT_SOURCE_UNREADABLE'],
      ['dangling.jsonl', 'error', 'OT_SOURCE_MISSING'],
      ['folder.jsonl', 'error', 'OT_SOURCE_UNREADABLE'],
      ['zero.jsonl', 'error', 'OT_SOURCE_UNREADABLE'],
    ]);
    await expectVerified(bucket);
  });

  it('a socket is an error when it is named', async () => {
    const bucket = await TestBucket.open();
    const path = join(tempDir(), 's.jsonl');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(bucket.capture([path])).rejects.toMatchObject({ code: 'OT_SOURCE_UNREADABLE' });
    await new Promise((resolve) => server.close(resolve));
  });
});
