import * as fc from 'fast-check';
import { it } from 'vitest';
import { HISTORY, play } from '../sync/interleaving.ts';

it('machines that capture, push and pull in any order all see everything', async () => {
  const seed = Date.now() % 2_147_483_647;
  console.log(`seed ${seed}`);
  await fc.assert(fc.asyncProperty(HISTORY, play), { numRuns: 50, seed, endOnFailure: true });
});
