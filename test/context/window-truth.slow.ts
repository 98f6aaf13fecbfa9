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
    const best = (looks: readonly { bytes: number; ms: number }[]): { bytes: number; ms: number } =>
      looks.reduce((least, each) => (each.ms < least.ms ? each : least));
    const [quarters, wholes] = [[await look(2500)], [await look(10_000)]];
    for (let more = 0; more < 3; more += 1) {
      quarters.push(await look(2500));
      wholes.push(await look(10_000));
    }
    const [quarter, whole] = [best(quarters), best(wholes)];
    // Over two doublings: one alone is lost in the noise of a busy machine.
    const doubling = Math.sqrt((4 * whole.ms) / quarter.ms);
    process.stdout.write(`twice the steps: ${doubling.toFixed(2)} times the time\n`);
    expect(whole.bytes / quarter.bytes).toBeLessThanOrEqual(1.1);
    expect(doubling).toBeLessThanOrEqual(2.2);
  });
});
