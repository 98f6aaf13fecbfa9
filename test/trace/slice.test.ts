import { describe, expect, it } from 'vitest';
import { activityOf } from '../../src/trace/activity.ts';
import { mapOf } from '../../src/trace/map.ts';
import type { MappedTrace } from '../../src/trace/read-map.ts';
import { type SliceMode, slicesOf, type TraceSlice } from '../../src/trace/slice.ts';
import { Sample, TRACE } from './sample.ts';

const LONG = 'please add a second column to the report and sort it by date, newest first';
const COMMIT = ['git commit -m x', '[main 1a2b3c4] x'] as const;

function slices(sample: Sample, mode: SliceMode): TraceSlice[] {
  const activity = activityOf(TRACE, sample.steps);
  const map = mapOf(sample.steps, activity);
  return slicesOf({ steps: sample.steps, activity, map, remote: null } as unknown as MappedTrace, mode);
}

const ranges = (sample: Sample, mode: SliceMode): number[][] =>
  slices(sample, mode).map((slice) => [slice.start_step_index, slice.end_step_index]);

describe('slicesOf bursts', () => {
  it('reaches from the request to what was done about it, and never overlaps', () => {
    const sample = new Sample()
      .ask('hello')
      .ask(LONG)
      .say('ok')
      .edit('a')
      .run('npm test', '1 passed')
      .ask('commit it')
      .run(...COMMIT)
      .ask(LONG)
      .edit('a')
      .say('done')
      .ask('thanks');
    expect(ranges(sample, { mode: 'bursts' })).toEqual([
      [1, 7],
      [8, 10],
    ]);
    const [first, second] = slices(sample, { mode: 'bursts' });
    expect(first).toMatchObject({
      slice_id: `tsl:${TRACE}:1-7`,
      template: 'bursts',
      trace_patch_refs: [`tp:${TRACE}:4.1`],
      git_anchor_refs: ['c:1a2b3c4'],
      metadata: { burst_ordinal: 1, burst: { step_range: [4, 4], quality_signals: { tests_passed: 1 } } },
      limitations: [],
    });
    expect(second?.metadata.burst?.intent.spec_chain).toEqual([{ step_index: 8, text: LONG }]);
  });

  it('is empty for a trace without edits', () => {
    expect(slices(new Sample().ask(LONG).say('no'), { mode: 'bursts' })).toEqual([]);
  });
});

describe('slicesOf a span', () => {
  const sample = new Sample().ask(LONG).edit('a', 'b').say('x').edit('c').say('y');

  it('counts steps by their numbers, and goes to the last one without an end', () => {
    expect(ranges(sample, { mode: 'steps', from: 2, to: 3 })).toEqual([[2, 3]]);
    expect(ranges(sample, { mode: 'steps', from: 4, to: null })).toEqual([[4, 5]]);
    expect(ranges(sample, { mode: 'around_step', step: 1, radius: 1 })).toEqual([[1, 2]]);
    expect(ranges(sample, { mode: 'around_step', step: 3, radius: 0 })).toEqual([[3, 3]]);
    const [slice] = slices(sample, { mode: 'steps', from: 2, to: 3 });
    expect(slice?.steps.map((step) => step.step_index)).toEqual([2, 3]);
    expect(slice?.map.nodes.every((node) => node.step_index >= 2 && node.step_index <= 3)).toBe(true);
    expect(slice?.map.edges.length).toBeGreaterThan(0);
  });

  it('finds a patch by its id or the end of it', () => {
    const around = (patch: string): number[][] => ranges(sample, { mode: 'around_patch', patch, radius: 1 });
    expect(around('2.2')).toEqual([[1, 3]]);
    expect(around(`tp:${TRACE}:4.1`)).toEqual([[3, 5]]);
    for (const none of ['2.3', '9.1', 'x', '', `tp:${TRACE.replace('1', '2')}:2.1`]) {
      expect(() => around(none)).toThrow(expect.objectContaining({ code: 'OT_PATCH_NOT_FOUND' }));
    }
  });

  it('refuses steps that are not there', () => {
    for (const mode of [
      { mode: 'steps', from: 6, to: null },
      { mode: 'steps', from: 4, to: 6 },
      { mode: 'around_step', step: 6, radius: 9 },
    ] as const) {
      expect(() => slices(sample, mode)).toThrow(expect.objectContaining({ code: 'OT_STEP_NOT_FOUND' }));
    }
  });

  it('says how many texts are not here', () => {
    const steps = new Sample().ask('x').with({ content: { $blob: 'a'.repeat(40), bytes: 20_000 } });
    expect(slices(steps, { mode: 'steps', from: 1, to: 1 })[0]?.limitations).toEqual([
      { code: 'text_missing', count: 1 },
    ]);
  });
});
