/** Whatever a session is made of, bursts and their slices share out its edits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activityOf } from '../../src/trace/activity.ts';
import { burstsOf } from '../../src/trace/bursts.ts';
import { mapOf } from '../../src/trace/map.ts';
import type { MappedTrace } from '../../src/trace/read-map.ts';
import { slicesOf } from '../../src/trace/slice.ts';
import { Sample, TRACE } from './sample.ts';

const PATH = fc.constantFrom('a', 'b', 'src/c.ts', '__proto__', '', 'é\u0000');
const MOVE = fc.oneof(
  fc.record({ act: fc.constant('ask' as const), text: fc.string({ unit: 'grapheme', maxLength: 80 }) }),
  fc.record({ act: fc.constant('edit' as const), paths: fc.array(PATH, { minLength: 1, maxLength: 3 }) }),
  fc.record({ act: fc.constant('run' as const), commit: fc.boolean(), failed: fc.boolean() }),
  fc.record({ act: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 200 }) }),
  fc.record({ act: fc.constant('compact' as const) }),
);

function sampleOf(moves: ReadonlyArray<typeof MOVE extends fc.Arbitrary<infer T> ? T : never>): Sample {
  const sample = new Sample();
  for (const move of moves) {
    if (move.act === 'ask') sample.ask(move.text);
    else if (move.act === 'edit') sample.edit(...move.paths);
    else if (move.act === 'wait') sample.wait(move.minutes);
    else if (move.act === 'compact') sample.ask('summary', 'compact_summary');
    else
      sample.run(
        move.commit ? 'git commit -m x' : 'npm test',
        move.commit ? '[main 1a2b3c4] x' : '1 passed',
        move.failed ? 'tool_error' : undefined,
      );
  }
  return sample;
}

describe('bursts', () => {
  it('hold every edit once, in order, and nothing of each other', () => {
    fc.assert(
      fc.property(fc.array(MOVE, { maxLength: 60 }), (moves) => {
        const { steps } = sampleOf(moves);
        const activity = activityOf(TRACE, steps);
        const map = mapOf(steps, activity);
        const bursts = burstsOf(map, activity);
        const patches = activity.edits.flatMap((edit) => edit.patches.map(({ patchId }) => patchId));
        expect(bursts.flatMap(({ patch_refs }) => patch_refs)).toEqual(patches);
        expect(map.nodes.flatMap(({ patch_refs }) => patch_refs)).toEqual(patches);
        let before = 0;
        for (const {
          context_range: [from, to],
          step_range: [first, last],
        } of bursts) {
          expect(before < from && from <= first && first <= last && last <= to && to <= steps.length).toBe(
            true,
          );
          before = to;
        }
        const mapped = { steps, activity, map, remote: null } as unknown as MappedTrace;
        for (const slice of slicesOf(mapped, { mode: 'bursts' })) {
          expect(slice.steps.map(({ step_index }) => step_index)).toEqual(
            Array.from(
              { length: slice.end_step_index - slice.start_step_index + 1 },
              (_, at) => slice.start_step_index + at,
            ),
          );
        }
      }),
      { numRuns: 300, seed: 20261121 },
    );
  });
});
