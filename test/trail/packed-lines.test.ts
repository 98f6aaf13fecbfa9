import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinePacker, unpackLines } from '../../src/trail/packed-lines.ts';

describe('packed lines', () => {
  it('come back as they were, and shared where they were shared', () => {
    const list = fc.array(fc.nat(4), { maxLength: 12 }).map((ids) => Int32Array.from(ids));
    const property = fc.property(fc.array(list, { maxLength: 20 }), fc.array(fc.nat(19)), (lists, again) => {
      const packer = new LinePacker();
      const states = [...lists, ...again.flatMap((at) => lists[at] ?? [])];
      const places = states.map((ids) => packer.owned({ ids, owners: ids.map((id) => id - 1) }));
      const unpacked = unpackLines(packer.numbers);
      for (const [at, [ids, owners]] of places.entries()) {
        expect(unpacked[ids]).toEqual(states[at]);
        expect(unpacked[owners]).toEqual(states[at]!.map((id) => id - 1));
        expect(ids).toBe(places[states.indexOf(states[at]!)]![0]);
      }
    });
    fc.assert(property, { numRuns: 300, seed: 20261121 });
  });
});
