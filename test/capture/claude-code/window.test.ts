import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claudeJsonl } from '../../../src/capture/claude-code/index.ts';
import { ClaudeParse } from '../../../src/capture/claude-code/session-parse.ts';
import { type Outcome, type RunOptions, runFully, runOnce, subagentSource } from '../shared/support.ts';
import { session } from './arbitrary.ts';

const SEED = 20260117;

function withWindow(size: number): RunOptions {
  return { sessionId: 's', makeParse: (options) => new ClaudeParse(options, size) };
}

function unbounded(bytes: Buffer): Outcome {
  const { late, ...outcome } = runOnce(bytes, withWindow(Number.POSITIVE_INFINITY));
  expect(late.size).toBe(0);
  return outcome;
}

describe(`the window of open steps (seed ${SEED})`, () => {
  test.each([1, 2, 5])('of %i gives what an unbounded one gives', (size) => {
    let late = 0;
    fc.assert(
      fc.property(session, (bytes) => {
        if (runOnce(bytes, withWindow(size)).late.size > 0) late += 1;
        expect(runFully(bytes, withWindow(size))).toEqual(unbounded(bytes));
      }),
      { seed: SEED + size, numRuns: 300 },
    );
    expect(late).toBeGreaterThan(20);
  });

  test('gives the same whatever the chunks the bytes came in', () => {
    fc.assert(
      fc.property(session, fc.integer({ min: 1, max: 50 }), (bytes, chunk) => {
        const run = withWindow(4);
        expect(runFully(bytes, { ...run, chunk })).toEqual(runFully(bytes, run));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test('numbers steps from 1 without a gap, in the order they are handed out', () => {
    fc.assert(
      fc.property(session, (bytes) => {
        const { steps, facts } = runOnce(bytes, withWindow(2));
        expect(steps.map(({ step_index }) => step_index)).toEqual(steps.map((_, at) => at + 1));
        expect(facts.head.metrics.total_steps).toBe(steps.length);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test('keeps the lines of a sub-agent and its parse in step with the whole file', () => {
    fc.assert(
      fc.property(session, (bytes) => {
        for (const subagent of runOnce(bytes, withWindow(Number.POSITIVE_INFINITY)).facts.inlineSubagents) {
          const run = { ...withWindow(Number.POSITIVE_INFINITY), sessionId: `s/${subagent}`, subagent };
          const whole = runOnce(bytes, run).steps.map(({ origin: _, ...step }) => step);
          const picked = runOnce(subagentSource(claudeJsonl, 's', bytes, subagent), run).steps.map(
            ({ origin: _, ...step }) => step,
          );
          expect(picked).toEqual(whole);
          expect(picked.length).toBeGreaterThan(0);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
