import { describe, expect, it } from 'vitest';
import { activityOf } from '../../src/trace/activity.ts';
import { mapOf } from '../../src/trace/map.ts';
import type { TraceMap } from '../../src/trace/map-node.ts';
import { preview } from '../../src/trace/preview.ts';
import { selectMap } from '../../src/trace/read-map.ts';
import { call, Sample, TRACE } from './sample.ts';

function mapped(sample: Sample): TraceMap {
  return mapOf(sample.steps, activityOf(TRACE, sample.steps));
}

const sample = new Sample()
  .ask('look and fix')
  .calls([call('Read', { file_path: 'a' })])
  .edit('a')
  .run('npm test', '3 passed')
  .run('git commit -m "x"', '[main 1a2b3c4] x')
  .ask('/exit', 'command')
  .say('bye');

describe('mapOf', () => {
  it('has a node for each thing that happened, in step order', () => {
    const { nodes } = mapped(sample);
    expect(nodes.map((node) => `${node.step_index} ${node.action_type}`)).toEqual([
      '1 user_instruction',
      '2 file_read',
      '2 tool_result',
      '3 file_edit',
      '3 tool_result',
      '3 patch_created',
      '4 test_run',
      '4 tool_result',
      '5 tool_call',
      '5 tool_result',
      '5 git_anchor',
      '6 user_instruction',
      '7 final_response',
    ]);
    expect(nodes[7]).toMatchObject({
      metadata: { test: { status: 'passed', passed: 3 } },
      active_user_step: 1,
    });
    expect(nodes[10]).toMatchObject({ anchor_refs: ['c:1a2b3c4'], confidence: 'heuristic' });
  });

  it('chains the nodes and joins cause and effect', () => {
    const { nodes, edges } = mapped(sample);
    const id = (n: number): string => `tmn:${TRACE}:${n}`;
    expect(nodes.map((node) => node.node_id)).toEqual(nodes.map((_, index) => id(index + 1)));
    expect(edges.filter(({ edge_type }) => edge_type === 'previous_next')).toHaveLength(nodes.length - 1);
    const has = (edge_type: string, from: string, to: string): void =>
      expect(edges).toContainEqual({ edge_type, from, to });
    has('parent_child', id(1), id(2));
    has('causes', id(2), id(3));
    has('observes', id(2), 'file:a');
    has('edits', id(6), 'file:a');
    has('tests', id(7), id(6));
    has('anchors', id(11), id(6));
  });

  it('links a sub-agent, and marks what failed', () => {
    const steps = new Sample()
      .calls([{ ...call('Task', {}), subagent_trajectory_ref: 'child' }])
      .run('false', 'Exit code 1', 'tool_error').steps;
    const { nodes, edges } = mapOf(steps, activityOf(TRACE, steps));
    expect(edges).toContainEqual({ edge_type: 'subagent', from: nodes[0]!.node_id, to: 't:child' });
    expect(nodes.at(-1)).toMatchObject({ action_type: 'error_signal', metadata: { error: 'tool_error' } });
  });
});

describe('selectMap', () => {
  const whole = {
    head: { trace_id: TRACE, metrics: { total_steps: 7 } },
    map: mapped(sample),
  } as unknown as Parameters<typeof selectMap>[0];
  const steps = (selection: Omit<Parameters<typeof selectMap>[1], 'bursts'>): number[] =>
    selectMap(
      { ...whole, activity: activityOf(TRACE, sample.steps) },
      { bursts: false, ...selection },
    ).nodes.map(({ step_index }) => step_index);

  it('keeps types, and what is near a step', () => {
    expect(steps({ actions: ['test_run', 'git_anchor'] })).toEqual([4, 5]);
    expect(steps({ around: { step: 7, depth: 0 } })).toEqual([7]);
    expect(steps({ around: { step: 7, depth: 1 } })).toEqual([1, 6, 7]);
    expect(steps({ around: { step: 6, depth: 1000 } })).toHaveLength(13);
    expect(() => steps({ around: { step: 8, depth: 1 } })).toThrow('has no step 8');
  });

  it('leaves no edge without its ends', () => {
    const { nodes, edges } = selectMap(
      { ...whole, activity: activityOf(TRACE, sample.steps) },
      { bursts: false, around: { step: 3, depth: 1 } },
    );
    const ids = new Set(nodes.map(({ node_id }) => node_id));
    expect(edges.length).toBeGreaterThan(0);
    for (const { from, to } of edges)
      expect(ids.has(from) && (ids.has(to) || !to.startsWith('tmn:'))).toBe(true);
  });
});

it('preview cuts on one line and never half a character', () => {
  expect(preview(' a\n\tb  ')).toBe('a b');
  expect(preview(`${'x'.repeat(159)}😀`)).toBe('x'.repeat(159));
  expect(preview('y'.repeat(1e6))).toHaveLength(160);
});
