import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { HISTORY, play } from './interleaving.ts';

describe('machines that capture, push and pull in any order', () => {
  it('all see everything in the end, and nothing is lost on the way', async () => {
    await fc.assert(fc.asyncProperty(HISTORY, play), { numRuns: 6, seed: 20_260_104, endOnFailure: true });
  });

  it('do so when a copy and its original both go on', async () => {
    await play([
      { do: 'capture', on: 0, session: 0, part: { way: 'left', turns: 1 } },
      { do: 'push', on: 0 },
      { do: 'copy', on: 0 },
      { do: 'capture', on: 0, session: 0, part: { way: 'left', turns: 2 } },
      { do: 'capture', on: 2, session: 0, part: { way: 'rightwards', turns: 3 } },
      { do: 'push', on: 2 },
      { do: 'capture', on: 1, session: 0, part: { way: 'rightwards', turns: 2 } },
      { do: 'pull', on: 1 },
      { do: 'push', on: 0 },
      { do: 'capture', on: 2, session: 1, part: { way: 'left', turns: 1 } },
    ]);
  });
});
