/** Rollouts packed with zstd: kept as they are, read like the text in them, sealed as text. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { traceIdOf } from '../../../src/base/ids.ts';
import { codexRollout, codexRolloutZstd } from '../../../src/capture/codex-cli/index.ts';
import { formatOf } from '../../../src/capture/formats.ts';
import { unpackZstd, ZstdUnpacker } from '../../../src/capture/shared/zstd.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { tempDir } from '../../support/git-env.ts';
import { BareRemote, SyncMachine } from '../../support/machines.ts';
import { FIXTURES } from '../shared/agent-suite.ts';
import { identityOf, type Outcome, runFully } from '../shared/support.ts';

const FOLDER = join(FIXTURES, 'codex-cli');
const CASES = [
  ['input.jsonl.zst', 'wrapped', '019f0d10-7a2b-7c11-9d3e-2b61f7a04c55'],
  ['frames.jsonl.zst', 'bare', '7d0c6a52-1f0b-4c0e-8f59-4f2e9c1b2a77'],
] as const;

const packedFixture = (name: string): Buffer => readFileSync(join(FOLDER, 'compressed', name));
const plainFixture = (name: string): Buffer => readFileSync(join(FOLDER, name, 'input.jsonl'));

function parsed(bytes: Buffer, format: typeof codexRollout, chunk?: number): Outcome {
  return runFully(bytes, { sessionId: 'same', makeParse: format.parse, ...(chunk ? { chunk } : {}) });
}

async function textOf(packed: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const bytes of unpackZstd(pieces(packed, 1000))) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}

async function* pieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each(CASES)('%s is told by its content and reads like the text in it', async (name, plain, id) => {
  const packed = packedFixture(name);
  expect(formatOf(packed.subarray(0, 65536), 'x')?.name).toBe('codex-rollout-zstd');
  expect(await textOf(packed)).toEqual(plainFixture(plain));
  expect(identityOf(codexRolloutZstd, 'x.jsonl.zst', packed)?.sessionId).toBe(id);
  for (const chunk of [1, 13, 1 << 20]) {
    expect(parsed(packed, codexRolloutZstd, chunk)).toEqual(parsed(plainFixture(plain), codexRollout));
  }
});

test.each(CASES)('%s is captured as it is, and found unchanged', async (name, _, id) => {
  const bucket = await TestBucket.open();
  const folder = tempDir('git-ot-zstd-');
  writeFileSync(join(folder, `rollout-${id}.jsonl.zst`), packedFixture(name));
  expect((await bucket.capture([folder])).totals.captured).toBe(1);
  expect(await bucket.source(traceIdOf('codex-cli', id))).toEqual(packedFixture(name));
  expect((await bucket.capture([folder])).totals.unchanged).toBe(1);
  expect((await bucket.capture([folder], { again: true })).totals.unchanged).toBe(1);
  await expectVerified(bucket);
  await bucket.close();
});

test('what leaves is the sealed text, with the same steps', async () => {
  const remote = await BareRemote.create();
  const [anna, ben] = [new SyncMachine(), new SyncMachine()];
  for (const machine of [anna, ben]) await machine.addRemote(remote.gitDir);
  const folder = tempDir('git-ot-zstd-');
  writeFileSync(join(folder, 'rollout.jsonl.zst'), packedFixture('input.jsonl.zst'));
  await anna.capture(folder);
  await anna.push();
  await ben.pull();
  const everyByte = await remote.everyByte();
  expect(everyByte.includes('"format":"codex-rollout"')).toBe(true);
  expect(everyByte.includes('codex-rollout-zstd')).toBe(false);
  expect(everyByte.includes('"file_name":"rollout.jsonl"')).toBe(true);
  expect(everyByte.includes('Orders come out with fractions of a cent')).toBe(true);
  const [own, pulled] = [(await anna.list()).traces, (await ben.list()).traces];
  const counts = (traces: typeof own) =>
    [...traces].map(([key, { row }]) => [key, row.counts, row.step_count]);
  expect(counts(pulled)).toEqual(counts(own));
  await remote.expectSound();
});

test('a stream that is cut off gives what was whole, and says so', () => {
  const packed = packedFixture('frames.jsonl.zst');
  const { facts, steps } = parsed(packed.subarray(0, packed.length - 40), codexRolloutZstd);
  expect(facts.limitations.map(({ code }) => code)).toContain('damaged_compression');
  expect(steps.length).toBeGreaterThan(2);
});

test.each([
  ['a window of two gigabytes', [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]],
  ['one segment of 2^40 bytes', [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 0x01, 0, 0]],
  ['no frame', [1, 2, 3, 4, 5, 6, 7, 8]],
])('%s is refused before memory is taken', (_, head) => {
  const before = process.memoryUsage().arrayBuffers;
  const unpacker = new ZstdUnpacker(() => undefined);
  unpacker.push(Buffer.from(head));
  unpacker.end();
  expect(unpacker.damaged).toBe(true);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
});

/** A frame of raw and run-length blocks: all that a test needs to write. */
function frameOf(blocks: ReadonlyArray<Buffer | { byte: number; count: number }>): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  blocks.forEach((block, at) => {
    const isRaw = Buffer.isBuffer(block);
    const size = isRaw ? block.length : block.count;
    const head = (size << 3) | (isRaw ? 0 : 2) | (at === blocks.length - 1 ? 1 : 0);
    parts.push(Buffer.from([head & 255, (head >> 8) & 255, head >> 16]));
    parts.push(isRaw ? block : Buffer.from([block.byte]));
  });
  return Buffer.concat(parts);
}

test('a stream that grows without end is stopped', () => {
  let longest = 0;
  let total = 0;
  const unpacker = new ZstdUnpacker((bytes) => {
    longest = Math.max(longest, bytes.length);
    total += bytes.length;
  });
  unpacker.push(frameOf(Array.from({ length: 20_000 }, () => ({ byte: 0x61, count: 128 * 1024 }))));
  unpacker.end();
  expect(unpacker.damaged).toBe(true);
  expect(total).toBeLessThanOrEqual(65 * 1024 * 1024);
  expect(longest).toBeLessThanOrEqual(128 * 1024);
});

const SEED = 20_260_629;
const RUNS = 60;

test(`blocks of any cut give the same text (seed ${SEED}, ${RUNS} runs)`, async () => {
  const blocks = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(blocks, fc.integer({ min: 1, max: 50 }), async (parts, size) => {
      const text = parts.map((part) => Buffer.from(part));
      const frame = frameOf(text);
      const found: Buffer[] = [];
      const unpacker = new ZstdUnpacker((bytes) => found.push(Buffer.from(bytes)));
      for await (const piece of pieces(Buffer.concat([frame, frame]), size)) unpacker.push(piece);
      unpacker.end();
      expect(unpacker.damaged).toBe(false);
      expect(Buffer.concat(found)).toEqual(Buffer.concat([...text, ...text]));
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`damaged streams never throw (seed ${SEED}, ${RUNS} runs)`, () => {
  const source = packedFixture('frames.jsonl.zst');
  const damage = fc.array(fc.tuple(fc.nat(source.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(damage, fc.nat(source.length), (bytes, cut) => {
      const broken = Buffer.from(source.subarray(0, source.length - (cut % 100)));
      for (const [at, value] of bytes) if (at < broken.length) broken[at] = value;
      codexRolloutZstd.detect(broken, 'x');
      identityOf(codexRolloutZstd, 'x', broken);
      expect(parsed(broken, codexRolloutZstd).steps).toBeInstanceOf(Array);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
