/** Results that were written before their calls. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claudeJsonl } from '../../../src/capture/claude-code/index.ts';
import { conversation, SESSION_ID } from '../session-file.ts';
import { type Outcome, runFully } from '../shared/support.ts';

function parsed(lines: readonly string[]): Outcome {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return runFully(bytes, { sessionId: SESSION_ID, makeParse: claudeJsonl.parse });
}

/** Without the places in the file. */
function told({ steps, facts }: Outcome) {
  return {
    steps: steps.map((step) => ({ ...step, origin: { ...step.origin, line: 0, offset: 0 } })),
    limitations: facts.limitations.map(({ code }) => code),
    counts: facts.head.counts,
  };
}

const LINES = conversation(6).lines;
const RESULTS = LINES.flatMap((line, at) => (line.includes('"tool_result"') ? [at] : []));

test('are told where their calls are, however far ahead they are', () => {
  const places = fc.array(fc.nat(8), { minLength: RESULTS.length, maxLength: RESULTS.length });
  fc.assert(
    fc.property(places, (ahead) => {
      const lines = [...LINES];
      for (const [number, at] of RESULTS.entries()) {
        const [line] = lines.splice(lines.indexOf(LINES[at]!), 1);
        const call = lines.indexOf(LINES[at - 1]!);
        lines.splice(Math.max(0, call + 1 - ahead[number]!), 0, line!);
      }
      expect(told(parsed(lines))).toEqual(told(parsed(LINES)));
    }),
    { numRuns: 50, seed: 20261122 },
  );
});

test('without a call keep their place, and end the waiting', () => {
  const [first, call, result, ...rest] = LINES;
  const lost = result!
    .replaceAll('call_1', 'call_0')
    .replaceAll(JSON.parse(call!).uuid, 'gone')
    .replaceAll(JSON.parse(result!).uuid, 'lost');
  const { steps, facts } = parsed([first!, lost, call!, result!, ...rest]);
  expect(facts.limitations.map(({ code }) => code)).toEqual(['unlinked_result']);
  expect(steps.slice(0, 3).map(({ kind, observations }) => [kind, observations[0]?.error])).toEqual([
    ['prompt', undefined],
    ['notice', 'unlinked_response'],
    ['model', undefined],
  ]);
});
