/** The comparison of the fast tests on long sessions, and the size and time of very long ones. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeSession, expectViews, moves, nodesOf, writtenSession } from './truth.ts';
import type { SessionWriter } from './window-model.ts';
import { WRITERS } from './writers.ts';

const SEED = 20260204;

describe('long sessions', () => {
  it('of Claude Code have the windows of the model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 1500, maxLength: 2500 }), async (list) => {
        const model = claudeSession(list);
        expectViews(await nodesOf(model.bytes()), model.views);
      }),
      { numRuns: 5, seed: SEED },
    );
  });

  it.each(WRITERS)('of %s have the windows of the model', async (_agent, fileName, open) => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 400, maxLength: 1500 }), async (list) => {
        const writer: SessionWriter = writtenSession(open(), list);
        expectViews(await nodesOf(writer.bytes(), fileName), writer.model.views);
      }),
      { numRuns: 10, seed: SEED },
    );
  });

  it('of twice the steps have twice the nodes, and no more bytes a step', async () => {
    const size = async (steps: number): Promise<number> => {
      const list = fc.sample(answers, { numRuns: steps, seed: SEED });
      const nodes = await nodesOf(claudeSession(list).bytes());
      expect(nodes.size).toBe(steps + 1);
      return [...nodes.values()].reduce((sum, node) => sum + JSON.stringify(node).length, 0);
    };
    const [half, whole] = [await size(5000), await size(10_000)];
    expect(whole / half).toBeLessThanOrEqual(2.2);
  });
});

const answers = fc.record({
  move: fc.constant('answer' as const),
  thinks: fc.boolean(),
  says: fc.boolean(),
  calls: fc.nat(2),
});
