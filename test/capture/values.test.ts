/** Values that could be lost or misread on their way into segments and back. */
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { INLINE_BYTES } from '../../src/bucket/layout.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import type { Step } from '../../src/record/step.ts';
import { getTrace } from '../../src/trace/get.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { expectPure } from './rederive.ts';
import { SESSION_ID, SessionText, writeSession } from './session-file.ts';

const TRACE_ID = traceIdOf('claude-code', SESSION_ID);

interface Captured {
  readonly bucket: TestBucket;
  readonly steps: readonly Step[];
  /** The text of the stored segment that holds step 1. */
  readonly segment: string;
  readonly blobs: readonly string[];
}

/** Captures, verifies, derives again, and reads back. */
async function captured(session: SessionText): Promise<Captured> {
  const bucket = await TestBucket.open();
  const bytes = session.bytes();
  const { totals } = await bucket.capture([writeSession(bytes)]);
  expect(totals.captured).toBe(1);
  await expectVerified(bucket);
  await expectPure(bucket);
  expect((await bucket.source(TRACE_ID)).equals(bytes)).toBe(true);
  const { steps } = await getTrace([ownShelf(bucket.bucket)], TRACE_ID, 'all');
  const folder = await bucket.folder(TRACE_ID);
  const segment = (await folder.bytes(`steps/${folder.names.segment(1)}`)).toString('utf8');
  const blobs = [...(await folder.files()).keys()].filter((path) => path.startsWith('blobs/'));
  return { bucket, steps, segment, blobs };
}

describe('large values', () => {
  it('become blobs and come back: a prompt, arguments, a result, a thought', async () => {
    const large = (name: string): string => `${name} ${'grün '.repeat(INLINE_BYTES / 5)}`;
    const session = new SessionText().user(large('prompt'));
    session.call('Write', { file_path: '/a', content: large('argument'), list: [large('item'), 'short'] });
    session.result('call_1', large('result')).assistant({ type: 'thinking', thinking: large('thought') });
    const { steps, segment, blobs } = await captured(session);
    expect(blobs).toHaveLength(5);
    expect(segment.length).toBeLessThan(INLINE_BYTES);
    expect(steps[0]!.content).toBe(large('prompt'));
    expect(steps[1]!.tool_calls[0]!.input).toEqual({
      file_path: '/a',
      content: large('argument'),
      list: [large('item'), 'short'],
    });
    expect(steps[1]!.observations[0]!.content).toBe(large('result'));
    expect(steps[2]!.reasoning_content).toBe(large('thought'));
  });

  it('stay inline up to 16 KiB of UTF-8, and are blobs from the next byte on', async () => {
    const inline = 'a'.repeat(INLINE_BYTES);
    const { steps, blobs } = await captured(
      new SessionText()
        .user(inline)
        .user(`${inline}b`)
        .user(`${'é'.repeat(INLINE_BYTES / 2)}`),
    );
    expect(blobs).toHaveLength(1);
    expect(steps.map(({ content }) => Buffer.byteLength(String(content)))).toEqual([
      INLINE_BYTES,
      INLINE_BYTES + 1,
      INLINE_BYTES,
    ]);
  });

  it('that are equal are stored once', async () => {
    const text = 'same '.repeat(INLINE_BYTES);
    const { blobs, steps } = await captured(new SessionText().user(text).user(text));
    expect(blobs).toHaveLength(1);
    expect(steps.map(({ content }) => content)).toEqual([text, text]);
  });

  it('of 2 MB on one line are captured', async () => {
    const text = 'long '.repeat(420_000);
    const { steps } = await captured(new SessionText().user(text).say('short'));
    expect(steps.map(({ content }) => content)).toEqual([text, 'short']);
  });
});

describe('images', () => {
  it('are kept as the bytes they are, whatever their size', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
    const jpeg = Buffer.alloc(200_000, 0xd8);
    const image = (type: string, data: Buffer) => ({
      type: 'image',
      source: { type: 'base64', media_type: type, data: data.toString('base64') },
    });
    const session = new SessionText().user([{ type: 'text', text: 'see' }, image('image/png', png)]);
    session.call('Read', { file_path: '/b.jpg' }).result('call_1', [image('image/jpeg', jpeg)]);
    const { bucket, steps } = await captured(session);
    const kept = steps.flatMap((step) => step.attachments ?? []);
    expect(kept.map(({ media_type, bytes }) => [media_type, bytes])).toEqual([
      ['image/png', png.length],
      ['image/jpeg', jpeg.length],
    ]);
    const { objects } = bucket.bucket.repository;
    expect((await objects.read(kept[0]!.$blob))!.data.equals(png)).toBe(true);
    expect((await objects.read(kept[1]!.$blob))!.data.equals(jpeg)).toBe(true);
    expect(kept[1]!.source_call_id).toBe('call_1');
  });
});

describe('keys of ours in a session’s own data', () => {
  const fake = { $blob: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391', bytes: 0 };

  it('are not taken for references', async () => {
    const input = { value: fake, $$blob: 'x', $omitted: 'depth', nested: [{ $: 1, $$: 2, $$$: 3 }] };
    const session = new SessionText().user('go').call('mcp__store__get', input);
    session.result('call_1', 'x', { stdout: 'x', structuredPatch: [fake], filePath: '/a' });
    const { steps, blobs } = await captured(session);
    expect(steps[1]!.tool_calls[0]!.input).toEqual(input);
    expect(blobs).toEqual([]);
  });

  it('named like parts of every object are data, too', async () => {
    const input = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"no"}',
    ) as object;
    const { steps } = await captured(new SessionText().user('go').call('Tool', input));
    const back = steps[1]!.tool_calls[0]!.input as object;
    expect(Object.keys(back).sort()).toEqual(['__proto__', 'constructor', 'toString']);
    expect(JSON.stringify(back)).toContain('"__proto__":{"polluted":true}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('text at the edges of Unicode and JSON', () => {
  it('keeps lone surrogates, short or long', async () => {
    const short = 'half \ud83d here';
    const long = `${'x'.repeat(INLINE_BYTES)}\udc00`;
    const { steps } = await captured(
      new SessionText()
        .user(short)
        .user(long)
        .call('T', { [short]: short }),
    );
    expect(steps.map(({ content }) => content).slice(0, 2)).toEqual([short, long]);
    expect(steps[2]!.tool_calls[0]!.input).toEqual({ [short]: short });
  });

  it('keeps control characters, NUL and line separators', async () => {
    const text = 'a\u0000b\u001b[31m\u2028\u2029\r\n\ufeff\u007f';
    expect((await captured(new SessionText().user(text))).steps[0]!.content).toBe(text);
  });

  it('keeps the digits of numbers that no double holds', async () => {
    const line = new SessionText().user('go').call('T', { id: 0 }).lines[1]!;
    const session = new SessionText().user('go').raw(line.replace('{"id":0}', '{"id":12345678901234567890}'));
    const { steps } = await captured(session);
    expect(steps[1]!.tool_calls[0]!.input).toEqual({ id: '12345678901234567890' });
  });

  it.each([50, 101, 150, 190])('keeps arguments nested %i deep', async (depth) => {
    const input = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as unknown;
    const { steps } = await captured(new SessionText().user('go').call('T', input));
    expect(steps[1]!.tool_calls[0]!.input).toEqual(input);
  });

  it('survives arguments nested 10,000 deep, counts them, and keeps their bytes in the source', async () => {
    const line = new SessionText().user('go').call('T', { id: 0 }).lines[1]!;
    const deep = `${'{"a":['.repeat(5_000)}${']}'.repeat(5_000)}`;
    const { bucket, steps } = await captured(
      new SessionText().user('go').raw(line.replace('{"id":0}', deep)).say('after'),
    );
    expect(steps).toHaveLength(3);
    const { limitations } = await (await bucket.folder(TRACE_ID)).head();
    expect(limitations.map(({ code }) => code)).toContain('deep_nesting');
  });
});
