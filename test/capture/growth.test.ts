/** A session's file over time: it grows, is cut, falls back, or becomes another history. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { CHUNK_BYTES } from '../../src/bucket/layout.ts';
import { expectVerified, TestBucket } from '../support/bucket.ts';
import { ROOT } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { expectPure } from './rederive.ts';
import { conversation, SESSION_ID, SessionText, writeSession } from './session-file.ts';

const TRACE_ID = traceIdOf('claude-code', SESSION_ID);

/** Tree of a first capture of these bytes, in a bucket that holds nothing else. */
async function freshTree(bytes: Buffer, name = `${SESSION_ID}.jsonl`): Promise<Map<string, string>> {
  const bucket = await TestBucket.open();
  await bucket.capture([writeSession(bytes, { name })]);
  const trees = await bucket.trees();
  await bucket.close();
  return trees;
}

/** Captures each prefix in turn, and compares with a fresh capture of the same bytes. */
async function expectGrowth(bytes: Buffer, cuts: readonly number[], name?: string): Promise<void> {
  const bucket = await TestBucket.open();
  const path = writeSession(bytes, name === undefined ? {} : { name });
  for (const cut of [...cuts, bytes.length]) {
    writeFileSync(path, bytes.subarray(0, cut));
    await bucket.capture([path]);
    expect(await bucket.trees(), `after ${cut} bytes`).toEqual(await freshTree(bytes.subarray(0, cut), name));
  }
  await expectVerified(bucket);
}

function lineEnds(bytes: Buffer): number[] {
  return [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
}

describe('a file that grows', () => {
  it('line by line gives at each capture the trace of a fresh capture', async () => {
    const bytes = conversation(4).bytes();
    await expectGrowth(bytes, lineEnds(bytes).slice(0, -1));
  });

  it('inside lines and inside a UTF-8 sequence as well', async () => {
    const bytes = new SessionText().user('Grüße: 日本語 😀 und Ende').say('ok 😀').user('naïve').bytes();
    const first = bytes.indexOf(0x0a) + 1;
    const emoji = bytes.indexOf(Buffer.from('😀'), first);
    await expectGrowth(bytes, [first, first + 1, emoji + 1, emoji + 2, emoji + 3, emoji + 4]);
  });

  it('line by line for a real-format session with images, sub-agents and errors', async () => {
    const bytes = readFileSync(join(ROOT, 'fixtures/sessions/claude-code/basic/input.jsonl'));
    const ends = lineEnds(bytes);
    const name = '6f1d2c3a-84b7-4e0e-9a55-1c7be0d2f914.jsonl';
    await expectGrowth(
      bytes,
      ends.slice(3).filter((_, index) => index % 4 === 0),
      name,
    );
  });

  it('writes only the tail segment, new chunks and records', async () => {
    const bucket = await TestBucket.open();
    const whole = conversation(300);
    const bytes = whole.bytes();
    const path = writeSession(bytes.subarray(0, lineEnds(bytes)[1099]));
    await bucket.capture([path]);
    const before = await bucket.plainGit(
      'rev-parse',
      'refs/opentraces/lanes/*'.replace('*', await lane(bucket)),
    );
    writeFileSync(path, bytes);
    const report = await bucket.capture([path]);
    expect(report.totals.grown).toBe(1);
    const after = await bucket.plainGit('rev-parse', `refs/opentraces/lanes/${await lane(bucket)}`);
    const listed = await bucket.plainGit('diff-tree', '-r', '--name-status', before, after);
    const changed = listed.split('\n').map((line) => line.replace(/\ttraces\/..\/[0-9a-f-]{36}\//, ' '));
    const t6 = TRACE_ID.slice(-6);
    const steps = (await (await bucket.folder(TRACE_ID)).head()).metrics.total_steps;
    expect(steps).toBe(900);
    expect(changed.filter((line) => line.includes(' steps/'))).toEqual([
      `M steps/00769.${t6}`,
      `A steps/00833.${t6}`,
      `A steps/00897.${t6}`,
    ]);
    expect(changed.filter((line) => line.includes(' context/'))).toEqual([
      `M context/00769.${t6}`,
      `A context/00833.${t6}`,
      `A context/00897.${t6}`,
    ]);
    expect(changed.filter((line) => /^M sources\/0\/\d/.test(line))).toHaveLength(1);
    const objects = await bucket.plainGit('rev-list', '--objects', after, `^${before}`);
    expect(objects.split('\n').length).toBeLessThan(25);
    await expectVerified(bucket);
  });

  it('keeps its month and its first project', async () => {
    const bucket = await TestBucket.open();
    const session = new SessionText().user('one');
    const path = writeSession(session);
    await bucket.capture([path]);
    const [ref] = (await bucket.refs()).split(' ');
    const later = JSON.parse(session.say('two').lines[1]!) as Record<string, unknown>;
    const moved = JSON.stringify({ ...later, cwd: '/home/dev/other', timestamp: '2027-05-01T00:00:00Z' });
    writeSession(new SessionText().raw(session.lines[0]!).raw(moved), { folder: join(path, '..') });
    const { totals } = await bucket.capture([path]);
    expect(totals.grown).toBe(1);
    expect((await bucket.refs()).split(' ')[0]).toBe(ref);
    expect((await (await bucket.folder(TRACE_ID)).project()).cwd).toBe('/home/dev/acme');
    await expectVerified(bucket);
  });
});

async function lane(bucket: TestBucket): Promise<string> {
  return (await bucket.refs()).split(' ')[0]!.slice('refs/opentraces/lanes/'.length);
}

describe('a file that falls back or goes another way', () => {
  it('is unchanged when it is a true prefix of what is stored', async () => {
    const bucket = await TestBucket.open();
    const bytes = conversation(3).bytes();
    const path = writeSession(bytes);
    await bucket.capture([path]);
    const refs = await bucket.refs();
    for (const length of [bytes.length - 1, lineEnds(bytes)[5]!, lineEnds(bytes)[0]!]) {
      writeFileSync(path, bytes.subarray(0, length));
      const { totals, commits } = await bucket.capture([path]);
      expect([totals.unchanged, commits]).toEqual([1, 0]);
    }
    expect(await bucket.refs()).toBe(refs);
    expect((await bucket.source(TRACE_ID)).equals(bytes)).toBe(true);
  });

  it('becomes a second source when it diverged; the steps stay those of the first', async () => {
    const bucket = await TestBucket.open();
    const first = conversation(2);
    const other = conversation(1).user('Another way.').say('Taken.');
    const path = writeSession(first);
    await bucket.capture([path]);
    const steps = await stepsTree(bucket);
    writeFileSync(path, other.bytes());
    expect((await bucket.capture([path])).totals.new_source).toBe(1);
    expect(await stepsTree(bucket)).toBe(steps);
    expect((await bucket.source(TRACE_ID, 0)).equals(first.bytes())).toBe(true);
    expect((await bucket.source(TRACE_ID, 1)).equals(other.bytes())).toBe(true);
    await expectVerified(bucket);
    expect((await bucket.capture([path])).totals.unchanged).toBe(1);
    writeFileSync(path, other.say('More of it.').bytes());
    expect((await bucket.capture([path])).totals.grown).toBe(1);
    expect(await stepsTree(bucket)).toBe(steps);
    expect((await bucket.source(TRACE_ID, 1)).equals(other.bytes())).toBe(true);
    writeFileSync(path, first.say('The first goes on.').bytes());
    expect((await bucket.capture([path])).totals.grown).toBe(1);
    expect((await (await bucket.folder(TRACE_ID)).sourceMetas()).length).toBe(2);
    expect((await (await bucket.folder(TRACE_ID)).head()).metrics.total_steps).toBe(7);
    await expectVerified(bucket);
  });

  it('keeps the parser of the first source when the second is of another form', async () => {
    const bucket = await TestBucket.open();
    const path = writeSession(conversation(2));
    await bucket.capture([path]);
    const steps = await stepsTree(bucket);
    const entries = conversation(1).lines.map((line) => JSON.parse(line) as unknown);
    const document = Buffer.from(JSON.stringify({ loglines: entries }));
    const { totals } = await bucket.capture([writeSession(document, { name: `${SESSION_ID}.json` })]);
    expect(totals.new_source).toBe(1);
    expect(await stepsTree(bucket)).toBe(steps);
    await expectPure(bucket);
    await expectVerified(bucket);
  });

  it('is one trace when it lies in two folders', async () => {
    const bucket = await TestBucket.open();
    const folder = tempDir();
    const whole = conversation(3);
    writeSession(whole.bytes().subarray(0, lineEnds(whole.bytes())[7]), {
      folder,
      name: `a/${SESSION_ID}.jsonl`,
    });
    writeSession(whole, { folder, name: `b/${SESSION_ID}.jsonl` });
    writeSession(whole, { folder, name: `c/${SESSION_ID}.jsonl` });
    const { results } = await bucket.capture([folder]);
    expect(results.map(({ status }) => status)).toEqual(['captured', 'grown', 'unchanged']);
    expect(await bucket.trees()).toEqual(await freshTree(whole.bytes()));
    await expectVerified(bucket);
  });
});

async function stepsTree(bucket: TestBucket): Promise<string> {
  const tree = (await bucket.trees()).get(TRACE_ID)!;
  return bucket.plainGit('rev-parse', `${tree}:steps`);
}

describe('prefixes around the chunk border', () => {
  const start = new SessionText().user('start').bytes();
  const filler = (length: number): Buffer => {
    const empty = JSON.stringify({ type: 'summary', summary: '', leafUuid: 'x' });
    return Buffer.from(`${empty.replace('"summary":""', `"summary":"${'s'.repeat(length)}"`)}\n`);
  };
  const around = fc.integer({ min: CHUNK_BYTES - 300, max: CHUNK_BYTES + 300 });
  const body = fc
    .tuple(around, fc.array(fc.oneof(fc.integer({ min: 1, max: 2000 }), around), { maxLength: 3 }))
    .map(([first, rest]) => Buffer.concat([start, ...[first, ...rest].map(filler)]));
  const cut = fc.oneof(fc.integer({ min: CHUNK_BYTES - 3, max: CHUNK_BYTES + 3 }), fc.nat(300_000));

  it('are growth, and the file back at them is unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(body, fc.array(cut, { minLength: 1, maxLength: 3 }), async (bytes, places) => {
        const cuts = [...new Set(places)].filter((at) => at > start.length && at < bytes.length);
        cuts.sort((left, right) => left - right);
        const bucket = await TestBucket.open();
        const path = writeSession(bytes.subarray(0, start.length));
        await bucket.capture([path]);
        for (const at of [...cuts, bytes.length]) {
          writeFileSync(path, bytes.subarray(0, at));
          const { totals } = await bucket.capture([path]);
          expect(totals.grown).toBe(1);
        }
        expect(await bucket.trees()).toEqual(await freshTree(bytes));
        for (const at of cuts) {
          writeFileSync(path, bytes.subarray(0, at));
          expect((await bucket.capture([path])).totals.unchanged).toBe(1);
        }
        expect((await bucket.source(TRACE_ID)).equals(bytes)).toBe(true);
        await expectVerified(bucket);
        await bucket.close();
      }),
      { numRuns: 12, seed: 20260203 },
    );
  });

  it('with one other byte at the border are another history', async () => {
    const bytes = Buffer.concat([start, filler(CHUNK_BYTES + 50), filler(10)]);
    for (const at of [CHUNK_BYTES + start.length - 1, CHUNK_BYTES + start.length, bytes.length - 2]) {
      const bucket = await TestBucket.open();
      const path = writeSession(bytes);
      await bucket.capture([path]);
      const other = Buffer.from(bytes);
      other[at] = other[at]! ^ 1;
      writeFileSync(path, other);
      expect((await bucket.capture([path])).totals.new_source).toBe(1);
      expect((await bucket.source(TRACE_ID, 0)).equals(bytes)).toBe(true);
      expect((await bucket.source(TRACE_ID, 1)).equals(other)).toBe(true);
      await expectVerified(bucket);
      await bucket.close();
    }
  });
});
