import fc from 'fast-check';
import { test } from 'vitest';
import { AGENTS, plantingsOf } from '../support/canaries.ts';
import { expectCanariesStay } from './canaries.ts';

const SEED = 20778;

test.each(AGENTS)(
  `1 to 200 canaries in every session of %s reach no remote (seed ${SEED})`,
  async (agent) => {
    const plantings = plantingsOf(fc, { maxLength: 200 });
    const property = fc.asyncProperty(plantings, fc.nat(100_000), (all, number) =>
      expectCanariesStay([agent], all, { number }),
    );
    await fc.assert(property, { seed: SEED, numRuns: 8, endOnFailure: true });
  },
);

test(`canaries in sessions of all agents in one push (seed ${SEED})`, async () => {
  const property = fc.asyncProperty(plantingsOf(fc, { minLength: 40, maxLength: 80 }), (all) =>
    expectCanariesStay(AGENTS, all),
  );
  await fc.assert(property, { seed: SEED, numRuns: 3, endOnFailure: true });
});
