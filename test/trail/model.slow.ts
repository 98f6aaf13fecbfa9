/**
 * `OT_BARE=1` for logs that do not show files as they were; `OT_SEEDS="1 2 3" OT_STEPS=100` choose the worlds; `OT_SHOW="COMMIT PATH"` shows what led to a commit and its file
 * with the truth.
 */
import { describe, expect, it } from 'vitest';
import { Model } from './model.ts';

const SEEDS = (process.env.OT_SEEDS ?? '61 62 63 64').split(' ').map(Number);
const STEPS = Number(process.env.OT_STEPS ?? 60);
/** What is kept then has to be what a replay from the beginning finds. */
const SYNC_EVERY = 15;
const BARE = process.env.OT_BARE === '1';
const SHOW = process.env.OT_SHOW;

describe('trail blame against a model', () => {
  it('names no wrong owner, and nearly every right one', { timeout: 900_000 }, async () => {
    let [agent, right] = [0, 0];
    const wrong: string[] = [];
    const missed: string[] = [];
    for (const seed of SEEDS) {
      const model = new Model(seed, BARE);
      for (let step = 1; step <= STEPS; step += 1) {
        model.step();
        if (step % SYNC_EVERY === 0) await model.sync();
      }
      model.finish();
      const score = await model.score();
      agent += score.agentLines;
      right += score.right;
      expect(score.differences).toEqual([]);
      wrong.push(...score.wrong.map((line) => `seed ${seed} ${line}`));
      missed.push(...score.missed.map((line) => `seed ${seed} ${line}`));
      if (SHOW !== undefined) console.log(model.show(SHOW));
    }
    console.log(`seeds ${SEEDS.join(' ')}: ${right} of ${agent} lines`, missed.slice(0, 20));
    expect(wrong).toEqual([]);
    expect(right / agent).toBeGreaterThanOrEqual(0.98);
  });
});
