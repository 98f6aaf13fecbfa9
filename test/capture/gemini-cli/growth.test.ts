/** Lines of a Gemini CLI session as they come: no step moves, and none is lost when the agent takes one back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { geminiJsonl } from '../../../src/capture/gemini-cli/index.ts';
import { type Outcome, runFully } from '../shared/support.ts';

const SEED = 20_260_204;
const RUNS = 200;
const TIME = '2026-02-04T10:00:00.000Z';

const id = fc.nat(9).map((n) => `m${n}`);
const message = fc.record({
  id,
  timestamp: fc.constant(TIME),
  type: fc.constantFrom('user', 'gemini', 'info'),
  content: fc.string({ maxLength: 5 }),
});
const record = fc.oneof(
  { weight: 6, arbitrary: message },
  { weight: 1, arbitrary: id.map(($rewindTo) => ({ $rewindTo })) },
  {
    weight: 1,
    arbitrary: fc
      .array(message, { maxLength: 3 })
      .map((messages) => ({ $set: { messages, lastUpdated: TIME } })),
  },
);
const records = fc.array(record, { minLength: 1, maxLength: 25 });

function parse(lines: readonly unknown[]): Outcome {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return runFully(bytes, { agent: 'gemini-cli', sessionId: 's', makeParse: geminiJsonl.parse });
}

function idsOf({ steps }: Outcome): unknown[] {
  return steps.map(({ origin }) => origin.message_id);
}

/** Ids in order of first appearance. */
function idsIn(lines: ReadonlyArray<Record<string, unknown>>): unknown[] {
  const all = lines.flatMap((line) => {
    const replaced = line.$set as { messages: Array<{ id: string }> } | undefined;
    return replaced === undefined ? [line.id] : replaced.messages.map((each) => each.id);
  });
  return [...new Set(all.filter((each) => each !== undefined))];
}

test(`every message is one step, in order of appearance (seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(records, (lines) => {
      expect(idsOf(parse(lines))).toEqual(idsIn(lines));
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`no step moves when lines are added (seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(records, fc.nat(), (lines, cut) => {
      const before = idsOf(parse(lines.slice(0, cut % (lines.length + 1))));
      expect(idsOf(parse(lines)).slice(0, before.length)).toEqual(before);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
