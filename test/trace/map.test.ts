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
    const id = (place: string): string => `tmn:${TRACE}:${place}`;
    const places = '1.1 2.1 2.2 3.1 3.2 3.3 4.1 4.2 5.1 5.2 5.3 6.1 7.1'.split(' ');
    expect(nodes.map((node) => node.node_id)).toEqual(places.map(id));
    expect(nodes.map((node) => node.next_node_id)).toEqual([...places.slice(1).map(id), null]);
    expect(nodes[5]).toMatchObject({ unit_id: `tu:${TRACE}:3`, parent_node_id: id('3.1') });
    expect(edges.filter(({ edge_type }) => edge_type === 'previous_next')).toHaveLength(nodes.length - 1);
    const has = (edge_type: string, from: string, to: string): void =>
      expect(edges).toContainEqual({ edge_type, from, to });
    has('parent_child', id('1.1'), id('2.1'));
    has('causes', id('2.1'), id('2.2'));
    has('observes', id('2.1'), 'file:a');
    has('edits', id('3.3'), 'file:a');
    has('tests', id('4.1'), id('3.3'));
    has('anchors', id('5.3'), id('3.3'));
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

it('names signals as a query does', () => {
  const steps = new Sample()
    .run('npm test', '1 failed', 'exit_code:1')
    .run('git commit -m "x"', '[main 1a2b3c4] x')
    .say('Overloaded')
    .with({ kind: 'api_error' }).steps;
  const { nodes } = mapOf(steps, activityOf(TRACE, steps));
  expect(nodes.flatMap(({ signal_refs }) => signal_refs)).toEqual([
    'test.result:failed',
    'error:exit_code:1',
    'commit.sha:1a2b3c4',
    'error:api_error',
  ]);
});

it('tells what sealing took out, of every text of a step', () => {
  const key = '[REDACTED:api_key:1]';
  const steps = new Sample()
    .ask(`use ${key} and [REDACTED:api_key:2] and ${key}`)
    .run(`curl -H ${key}`, '[REDACTED:jwt:3]')
    .say('[REDACTED:] [REDACTED:api_key:x] [REDACTED:__proto__:1]').steps;
  const { nodes } = mapOf(steps, activityOf(TRACE, steps));
  const findings = nodes.filter(({ action_type }) => action_type === 'security_finding');
  expect(findings).toMatchObject([
    { step_index: 1, text_preview: '2 api_key', metadata: { redacted: { api_key: 2 } } },
    { step_index: 2, text_preview: '1 api_key, 1 jwt', parent_node_id: nodes[0]!.node_id },
  ]);
});

describe('calls', () => {
  it('of an answer that broke off have nodes too', () => {
    const broken = new Sample().ask('go').edit('a').with({ kind: 'api_error', content: 'terminated' });
    expect(mapped(broken).nodes.map(({ action_type }) => action_type)).toEqual([
      'user_instruction',
      'error_signal',
      'file_edit',
      'tool_result',
      'patch_created',
    ]);
  });

  it.each([
    ['Grep', { output_mode: 'content', pattern: 'needle' }, 'needle'],
    ['Task', { prompt: 'a long text', description: 'look it up' }, 'look it up'],
    ['TodoWrite', { todos: [{ content: 'one', status: 'x' }, { content: 'two' }] }, 'one; two'],
    ['update_plan', { plan: [{ step: 'first', status: 'pending' }] }, 'first'],
    ['AskUserQuestion', { questions: [{ question: 'which?', options: [{ label: 'a' }] }] }, 'which?'],
    ['TaskUpdate', { taskId: '3', status: 'done' }, '3 done'],
    ['mcp__x__y', { a: { b: ['deep'] }, c: [[['deep']]], d: null }, ''],
    ['mcp__x__y', { $blob: 'f'.repeat(40), bytes: 20_000 }, ''],
    ['mcp__x__y', 'text', 'text'],
    ['mcp__x__y', null, ''],
  ])('of %s say what they were about', (name, input, subject) => {
    const { nodes } = mapped(new Sample().calls([call(name, input as Record<string, unknown>)]));
    expect(nodes[0]!.text_preview).toBe(subject);
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
