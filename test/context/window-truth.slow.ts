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
      { numRuns: 5, seed: SEED, endOnFailure: true },
    );
  });

  it.each(WRITERS)('of %s have the windows of the model', async (_agent, fileName, open) => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 400, maxLength: 1200 }), async (list) => {
        const writer: SessionWriter = writtenSession(open(), list);
        expectViews(await nodesOf(writer.bytes(), fileName), writer.model.views);
      }),
      { numRuns: 8, seed: SEED, endOnFailure: true },
    );
  });

  it('of twice the moves have no more bytes a step, and take no more time', async () => {
    const look = async (count: number): Promise<{ bytes: number; ms: number }> => {
      const model = claudeSession(fc.sample(moves, { numRuns: count, seed: SEED }));
      const bytes = model.bytes();
      const start = process.cpuUsage();
      const nodes = await nodesOf(bytes);
      const { user } = process.cpuUsage(start);
      expect(nodes.size).toBe(model.steps);
      const size = [...nodes.values()].reduce((sum, node) => sum + JSON.stringify(node).length, 0);
      return { bytes: size / nodes.size, ms: user / 1000 / nodes.size };
    };
    await look(5000);
    const [half, whole] = [await look(5000), await look(10_000)];
    expect(whole.bytes / half.bytes).toBeLessThanOrEqual(1.1);
    expect(whole.ms / half.ms).toBeLessThanOrEqual(1.5);
  });
});
