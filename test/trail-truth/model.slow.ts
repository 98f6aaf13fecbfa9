/** `OT_SEEDS="1 2 3" OT_STEPS=200` choose other worlds, `OT_LOG=1` tells of each what happened; a failure prints its seed and what happened up to the place. */
import { describe, expect, it } from 'vitest';
import { runModel } from '../support/trail-model/run.ts';

const SEEDS = (process.env.OT_SEEDS ?? '1 2 3 4 5 6 7 8 9').split(' ').map(Number);
const LOG = process.env.OT_LOG === '1';
const STEPS = Number(process.env.OT_STEPS ?? 250);

describe('whose line it is, against a model of random work', () => {
  it('names no wrong owner and nearly every right one', { timeout: 3_600_000 }, async () => {
    let [agentLines, right] = [0, 0];
    const wrong: string[] = [];
    for (const seed of SEEDS) {
      const { score, report, share } = await runModel({
        seed,
        steps: STEPS,
        commits: 12,
        log: LOG,
        ...(seed % 2 === 0 ? { every: 60 } : {}),
      });
      console.log(report);
      expect(share).toBeGreaterThanOrEqual(0.3);
      agentLines += score.agentLines;
      right += score.right;
      wrong.push(...score.wrong);
    }
    expect(wrong).toEqual([]);
    expect(right / agentLines).toBeGreaterThanOrEqual(0.98);
  });
});
