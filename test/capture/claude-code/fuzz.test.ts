/** Damaged transcripts: whatever the bytes, the parser ends soon, throws nothing and numbers its steps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/base/canonical-json.ts';
import { claudeJsonl, claudeLoglines } from '../../../src/capture/claude-code/index.ts';
import type { SessionFormat } from '../../../src/capture/session-source.ts';
import { identityOf, type Outcome, runFully, subagentSource } from './support.ts';

const SEED = 7_031_992;
const RUNS = 400;

const ROOT = fileURLToPath(new URL('../../../fixtures/sessions/claude-code', import.meta.url));
const sessions = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.jsonl') || name.endsWith('input.json'))
  .sort()
  .map((name) => readFileSync(join(ROOT, name)));

interface Mutation {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly kind: 'replace' | 'insert' | 'delete' | 'cut' | 'repeat' | 'swap';
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 6 }),
    fc.constantFrom('"', '\\', '{', '}', '\n', '{"', 'null', '[[', '1e999').map((text) => Buffer.from(text)),
  ),
  kind: fc.constantFrom('replace', 'insert', 'delete', 'cut', 'repeat', 'swap'),
});

function mutate(source: Buffer, { at, bytes, kind }: Mutation): Buffer {
  const place = Math.floor(at * source.length);
  const head = source.subarray(0, place);
  const tail = source.subarray(place);
  if (kind === 'replace') return Buffer.concat([head, bytes, tail.subarray(bytes.length)]);
  if (kind === 'insert') return Buffer.concat([head, bytes, tail]);
  if (kind === 'delete') return Buffer.concat([head, tail.subarray(bytes.length * 7)]);
  if (kind === 'cut') return Buffer.from(head);
  if (kind === 'swap') return shuffled(source, place);
  return Buffer.concat([head, tail.subarray(0, 500), tail]);
}

/** The lines in another order that `key` decides. */
function shuffled(source: Buffer, key: number): Buffer {
  const lines = source.toString('latin1').split('\n');
  const keyed = lines.map((line, at) => [(at * 7919 + key) % (lines.length || 1), line] as const);
  return Buffer.from(
    keyed
      .sort((a, b) => a[0] - b[0])
      .map(([, line]) => line)
      .join('\n'),
    'latin1',
  );
}

function parseAll(format: SessionFormat, bytes: Buffer): Outcome[] {
  const identity = identityOf(format, '/sessions/fuzz/input.jsonl', bytes);
  const sessionId = identity?.sessionId ?? 'none';
  const makeParse = format.parse.bind(format);
  const main = runFully(bytes, { sessionId, makeParse });
  const inline = main.facts.inlineSubagents.map((subagent) =>
    runFully(subagentSource(format, sessionId, bytes, subagent), {
      sessionId: `${sessionId}/${subagent}`,
      subagent,
      makeParse,
    }),
  );
  return [main, ...inline];
}

function expectSound({ steps, facts }: Outcome): void {
  expect(steps.map(({ step_index }) => step_index)).toEqual(steps.map((_, at) => at + 1));
  for (const step of steps) {
    const answered = step.observations.map(({ source_call_id }) => source_call_id);
    expect(answered).toEqual(expect.arrayContaining(step.tool_calls.map(({ tool_call_id }) => tool_call_id)));
    canonicalJson({ ...step, attachments: [] });
  }
  canonicalJson(facts.head);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}

describe(`damaged sessions (seed ${SEED}, ${RUNS} runs)`, () => {
  test.each([
    ['lines', claudeJsonl],
    ['a document', claudeLoglines],
  ])('as %s never throw and never hang', (_, format) => {
    const started = performance.now();
    fc.assert(
      fc.property(
        fc.constantFrom(...sessions),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        (source, mutations) => {
          const bytes = mutations.reduce(mutate, source);
          format.detect(bytes.subarray(0, 65536), 'input.jsonl');
          for (const outcome of parseAll(format, bytes)) expectSound(outcome);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
    expect(performance.now() - started).toBeLessThan(45_000);
  });
});
