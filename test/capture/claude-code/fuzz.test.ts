/** Damaged transcripts: whatever the bytes, the parser ends soon, throws nothing and numbers its steps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claudeJsonl, claudeLoglines } from '../../../src/capture/claude-code/index.ts';
import type { SessionFormat } from '../../../src/capture/session-source.ts';
import { expectSound, mutate, mutation } from '../shared/damage.ts';
import { identityOf, type Outcome, runFully, subagentSource } from '../shared/support.ts';

const SEED = 7_031_992;
const RUNS = 400;

const ROOT = fileURLToPath(new URL('../../../fixtures/sessions/claude-code', import.meta.url));
const sessions = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.jsonl') || name.endsWith('input.json'))
  .sort()
  .map((name) => readFileSync(join(ROOT, name)));

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
