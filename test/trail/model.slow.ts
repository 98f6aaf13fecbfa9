import { describe, expect, it } from 'vitest';
import { Model } from './model.ts';

const SEEDS = (process.env.OT_SEEDS ?? '1 2 3 4 5 6 7 8').split(' ').map(Number);
const STEPS = Number(process.env.OT_STEPS ?? 80);

describe('trail blame against a model', () => {
  it('names no wrong owner, and nearly every right one', async () => {
    let [agent, right] = [0, 0];
    const wrong: string[] = [];
    const missed: string[] = [];
    for (const seed of SEEDS) {
      const model = new Model(seed);
      for (let step = 0; step < STEPS; step += 1) model.step();
      model.finish();
      const score = await model.score();
      agent += score.agentLines;
      right += score.right;
      wrong.push(...score.wrong.map((line) => `seed ${seed} ${line}`));
      missed.push(...score.missed.map((line) => `seed ${seed} ${line}`));
      if (process.env.OT_LOG)
        console.log(seed, score.agentLines, score.right, score.wrong, score.missed, model.world.root);
      if (process.env.OT_LOG === '2') console.log(model.log.join('\n'));
    }
    console.log({ agent, right, recall: right / agent, wrong: wrong.length, missed: missed.length });
    expect(wrong).toEqual([]);
    expect(right / agent).toBeGreaterThanOrEqual(0.98);
  }, 600_000);
});
