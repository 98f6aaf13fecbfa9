import { describe, expect, it } from 'vitest';
import { activityOf } from '../../src/trace/activity.ts';
import { type Burst, burstsOf } from '../../src/trace/bursts.ts';
import { mapOf } from '../../src/trace/map.ts';
import { weightOf } from '../../src/trace/segment.ts';
import { call, Sample, TRACE } from './sample.ts';

function bursts(sample: Sample): Burst[] {
  const activity = activityOf(TRACE, sample.steps);
  return burstsOf(mapOf(sample.steps, activity), activity);
}

const ranges = (sample: Sample): unknown => bursts(sample).map(({ step_range }) => step_range);
const LONG = 'please add a second column to the report and sort it by date, newest first';

describe('where a burst begins', () => {
  it('a new request for other work, however near', () => {
    expect(ranges(new Sample().ask(LONG).edit('a').ask(LONG).edit('a'))).toEqual([
      [2, 2],
      [4, 4],
    ]);
    expect(ranges(new Sample().ask(LONG).edit('a').ask('b too').edit('b'))).toEqual([
      [2, 2],
      [4, 4],
    ]);
  });

  it('not within one request, however many steps and files it takes', () => {
    const sample = new Sample().ask(LONG).edit('a');
    for (let i = 0; i < 60; i += 1) sample.run('ls');
    expect(ranges(sample.edit('b').wait(30).edit('a'))).toEqual([[2, 64]]);
  });

  it('not at a word to go on with the same files, in any language', () => {
    for (const word of ['continue', 'weiter', '続けてください', '继续', 'продолжай']) {
      expect(ranges(new Sample().ask(LONG).edit('a').ask(word).edit('a'))).toEqual([[2, 4]]);
    }
  });

  it('at a request as long as a request in any language', () => {
    const japanese = 'レポートに二番目の列を追加して、日付の新しい順に並べ替えてください';
    const chinese = '请在报告里加一列日期并按新旧排序显示';
    for (const request of [japanese, chinese]) {
      expect(weightOf(request)).toBeGreaterThan(weightOf('continue, thanks'));
      expect(ranges(new Sample().ask(LONG).edit('a').ask(request).edit('a'))).toEqual([
        [2, 2],
        [4, 4],
      ]);
    }
  });

  it('after a long pause, and after a talk of several turns', () => {
    expect(ranges(new Sample().ask(LONG).edit('a').wait(90).ask('go on').edit('a'))).toEqual([
      [2, 2],
      [4, 4],
    ]);
    expect(ranges(new Sample().ask(LONG).edit('a').ask('why?').say('x').ask('yes').edit('a'))).toEqual([
      [2, 2],
      [6, 6],
    ]);
  });

  it('after a commit, with other files', () => {
    const commit = ['git commit -m x', '[main 1a2b3c4] x\n 1 file changed'] as const;
    expect(
      ranges(
        new Sample()
          .ask(LONG)
          .edit('a')
          .run(...commit)
          .edit('b'),
      ),
    ).toEqual([
      [2, 2],
      [4, 4],
    ]);
    expect(
      ranges(
        new Sample()
          .ask(LONG)
          .edit('a')
          .run(...commit)
          .edit('a'),
      ),
    ).toEqual([[2, 4]]);
  });

  it('a failed edit is no edit; a trace without edits has no burst', () => {
    const failing = new Sample().ask(LONG).calls([call('Edit', { file_path: 'a' })], { error: 'tool_error' });
    expect(bursts(failing)).toEqual([]);
    expect(bursts(new Sample().ask('hello').say('hello'))).toEqual([]);
    expect(bursts(new Sample())).toEqual([]);
  });
});

describe('a burst', () => {
  const sample = new Sample()
    .ask(LONG)
    .say('shall I?')
    .ask('yes')
    .edit('src/a.ts', 'src/a.test.ts')
    .run('npm test', '1 failed', 'exit_code:1')
    .edit('src/a.ts')
    .run('npm test', '2 passed')
    .run('git commit -am x', '[main 1a2b3c4] report: a second column\n')
    .ask('thanks');

  it('tells what was asked, what was touched and how it went', () => {
    expect(bursts(sample)).toMatchObject([
      {
        node_id: `tmn:${TRACE}:burst:1`,
        step_range: [4, 6],
        intent: {
          trigger: { step_index: 3, text: 'yes' },
          most_substantive_spec: { step_index: 1, text: LONG },
          spec_chain: [{ step_index: 1 }, { step_index: 3 }],
          burst_commit_sha: '1a2b3c4',
          commit_subject: 'report: a second column',
        },
        edit_count: 3,
        patches: [
          { patch_id: `tp:${TRACE}:4.1`, file_path: 'src/a.ts' },
          { patch_id: `tp:${TRACE}:4.2` },
          { step_index: 6 },
        ],
        quality_signals: {
          test_run_count: 2,
          tests_passed: 1,
          tests_failed: 1,
          error_signal_count: 1,
          tool_call_count: 4,
        },
        blast_radius: {
          lines_added: 6,
          lines_removed: 3,
          files_touched: 2,
          test_files_touched: 1,
          src_files_touched: 1,
        },
      },
    ]);
    expect({ ...bursts(sample)[0]!.unique_files }).toEqual({ 'src/a.ts': 2, 'src/a.test.ts': 1 });
  });

  it('names the nodes it is made of', () => {
    const activity = activityOf(TRACE, sample.steps);
    const map = mapOf(sample.steps, activity);
    const [burst] = burstsOf(map, activity);
    const types = burst!.contributing_node_ids.map(
      (id) => map.nodes.find((node) => node.node_id === id)!.action_type,
    );
    expect(new Set(types)).toEqual(
      new Set(['file_edit', 'patch_created', 'test_run', 'error_signal', 'git_anchor']),
    );
  });

  it('names the sub-agents that were started for it', () => {
    const started = { ...call('Task', {}), subagent_trajectory_ref: 'child' };
    const two = new Sample().ask(LONG).calls([started]).edit('a').ask(LONG).edit('a');
    expect(bursts(two).map(({ subagent_refs }) => subagent_refs)).toEqual([['child'], []]);
  });

  it('takes over what was asked before when nothing new was', () => {
    const two = new Sample().ask(LONG).edit('a').run('git commit -m x', '[main 1a2b3c4] x').edit('b');
    expect(bursts(two).map(({ intent }) => intent.most_substantive_spec?.step_index)).toEqual([1, 1]);
    expect(bursts(two).map(({ intent }) => intent.burst_commit_sha)).toEqual(['1a2b3c4', null]);
  });

  it('keeps names from the session out of the way of its own', () => {
    expect(bursts(new Sample().ask('x').edit('__proto__', 'constructor'))[0]!.edit_count).toBe(2);
    expect(JSON.stringify(bursts(new Sample().ask('x').edit('__proto__')))).toContain(
      '"unique_files":{"__proto__":1}',
    );
  });

  it('is found fast in a long session', () => {
    const long = new Sample();
    for (let i = 0; i < 5_000; i += 1) long.ask(LONG).edit(`f${i % 7}`);
    const started = Date.now();
    expect(bursts(long)).toHaveLength(5_000);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});
