/** The window at every step of a drawn session is the one a model of it has. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeSession, expectViews, moves, nodesOf, writtenSession } from './truth.ts';
import { WRITERS } from './writers.ts';

const SEED = 20260203;

describe('Claude Code', () => {
  it('has the windows of the model, whatever was compacted, taken back or dropped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 1, maxLength: 60 }), async (list) => {
        const model = claudeSession(list);
        expectViews(await nodesOf(model.bytes()), model.views);
      }),
      { numRuns: 60, seed: SEED },
    );
  });

  it('grows by one node a step: the nodes of the first half are those of the whole', async () => {
    const list = fc.sample(moves, { numRuns: 120, seed: SEED });
    const half = await nodesOf(claudeSession(list.slice(0, 60)).bytes());
    const whole = await nodesOf(claudeSession(list).bytes());
    expect(half.size).toBeGreaterThan(50);
    for (const [step, node] of half) expect(whole.get(step)).toEqual(node);
  });
});

describe.each(WRITERS)('%s', (_agent, fileName, open) => {
  it('has the windows of the model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 1, maxLength: 50 }), async (list) => {
        const writer = writtenSession(open(), list);
        expectViews(await nodesOf(writer.bytes(), fileName), writer.model.views);
      }),
      { numRuns: 40, seed: SEED },
    );
  });
});
