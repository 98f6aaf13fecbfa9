import { describe, expect, it } from 'vitest';
import type { TraceHead } from '../../../src/record/trace.ts';
import { agentTraceOf, relativePath } from '../../../src/trace/export/agent-trace.ts';
import type { TraceFamily } from '../../../src/trace/export/family.ts';
import { call, Sample, TRACE } from '../sample.ts';
import { agentTraceProblems } from './agent-trace-schema.ts';

const CHILD = '00000000-0000-5000-8000-000000000002';

function family(sample: Sample, more: Partial<TraceFamily> = {}, head: Partial<TraceHead> = {}): TraceFamily {
  const base = {
    trace_id: TRACE,
    session_id: 's',
    timestamp_end: '2026-01-05T10:00:00+02:00',
    task: {},
    agent: { name: 'claude-code', version: '2.1.0', model: 'claude-opus-4-5' },
  };
  return {
    head: { ...base, ...head } as TraceHead,
    steps: sample.steps,
    dependencies: null,
    remote: null,
    children: new Map(),
    ...more,
  };
}

/** An edit with the lines it changed. */
function edit(sample: Sample, path: string, changes: number[][], input: object = {}): Sample {
  return sample.calls([call('Edit', { file_path: path, ...input })], { metadata: { changes } });
}

function ranges(sample: Sample): unknown {
  const record = agentTraceOf(family(sample), '/w');
  expect(agentTraceProblems(record)).toEqual([]);
  return Object.fromEntries(
    record.files.map(({ path, conversations }) => [
      path,
      conversations.flatMap((each) =>
        each.ranges.map(({ start_line, end_line }) => `${start_line}-${end_line}`),
      ),
    ]),
  );
}

describe('agentTraceOf', () => {
  it('follows lines through later changes of the same session', () => {
    const sample = new Sample();
    edit(sample, '/w/a.ts', [[10, 1, 10, 3]]);
    edit(sample, '/w/a.ts', [[2, 0, 2, 2]]);
    expect(ranges(sample)).toEqual({ 'a.ts': ['2-3', '12-14'] });
    edit(sample, '/w/a.ts', [[13, 1, 13, 0]]);
    expect(ranges(sample)).toEqual({ 'a.ts': ['2-3', '12-13'] });
    edit(sample, '/w/a.ts', [
      [1, 3, 1, 0],
      [12, 1, 9, 2],
    ]);
    expect(ranges(sample)).toEqual({ 'a.ts': ['9-11'] });
  });

  it('takes a file written as a whole for written as a whole', () => {
    const sample = new Sample()
      .calls([call('Write', { file_path: '/w/new.ts', content: 'a\nb\n' })], {
        metadata: { type: 'create', hunks: 0 },
      })
      .calls([call('Write', { file_path: '/w/same.ts', content: 'a\n' })], {
        metadata: { type: 'update', hunks: 0 },
      })
      .calls([call('Write', { file_path: '/w/gone.ts', content: 'a\n' })], { error: 'tool_error' });
    const patch = {
      ...call('apply_patch', {}),
      metadata: { edits: [{ op: 'add', path: 'c.ts', hunks: [{ added: 4 }] }] },
    };
    expect(ranges(sample.calls([patch]))).toEqual({ 'new.ts': ['1-2'], 'same.ts': [], 'c.ts': ['1-4'] });
  });

  it('says what it leaves out: files outside, edits whose lines nobody told', () => {
    const sample = edit(new Sample(), '/elsewhere/x', [[1, 0, 1, 1]]).edit('/w/b.ts');
    const record = agentTraceOf(family(sample), '/w');
    expect(record.files).toEqual([{ path: 'b.ts', conversations: [] }]);
    expect(record.metadata).toMatchObject({ 'org.opentraces': { files_outside: 1, edits_without_lines: 1 } });
  });

  it('tells models and sub-agents apart, in the order of time', () => {
    const parent = edit(new Sample(), '/w/a', [[1, 0, 1, 4]]).with({ model: 'claude-opus-4-5' });
    const child = edit(new Sample().wait(5), '/w/a', [[2, 1, 2, 1]]).with({ model: 'gpt-5' });
    const children = new Map([['c', family(child, {}, { trace_id: CHILD })]]);
    const record = agentTraceOf(family(parent, { children }), '/w');
    expect(agentTraceProblems(record)).toEqual([]);
    expect(record.files[0]?.conversations).toEqual([
      {
        url: `ot://trace/${TRACE}`,
        contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-5' },
        ranges: [
          { start_line: 1, end_line: 1 },
          { start_line: 3, end_line: 4 },
        ],
      },
      {
        url: `ot://trace/${CHILD}`,
        contributor: { type: 'ai', model_id: 'openai/gpt-5' },
        ranges: [{ start_line: 2, end_line: 2 }],
      },
    ]);
  });

  it('leaves edits without a time where they were', () => {
    const whole = { content: 'a\nb\nc\n' };
    const create = new Sample().calls([call('Write', { file_path: '/w/a', ...whole })]);
    edit(create, '/w/a', [[1, 0, 1, 2]]).with({ timestamp: null });
    expect(ranges(create)).toEqual({ a: ['1-5'] });
    const untimed = new Sample()
      .calls([call('Write', { file_path: '/w/a', ...whole })])
      .with({ timestamp: null });
    expect(ranges(edit(untimed, '/w/a', [[1, 0, 1, 2]]))).toEqual({ a: ['1-5'] });

    const child = edit(new Sample(), '/w/a', [[1, 0, 1, 2]]).with({ timestamp: null });
    const children = new Map([['c', family(child, {}, { trace_id: CHILD })]]);
    const parent = new Sample().calls([call('Write', { file_path: '/w/a', ...whole })]);
    const [file] = agentTraceOf(family(parent, { children }), '/w').files;
    expect(file?.conversations.map((each) => each.ranges)).toEqual([
      [{ start_line: 1, end_line: 2 }],
      [{ start_line: 3, end_line: 5 }],
    ]);
  });

  it('is valid without times, versions, folders and edits, and with damaged facts', () => {
    const bare = agentTraceOf(family(new Sample(), {}, { timestamp_end: null, agent: { name: 'x' } }), null);
    expect(agentTraceProblems(bare)).toEqual([]);
    for (const changes of [[[0, 0, 0, 0]], [[1, 2]], [[1, -1, 1, 1]], 'x', [[1, 0, 1, 1e300]]]) {
      const sample = edit(new Sample(), '/w/a', changes as number[][]);
      expect(agentTraceProblems(agentTraceOf(family(sample), '/w'))).toEqual([]);
    }
  });

  it('names a commit only by its whole id', () => {
    const base = (base_commit: string): unknown =>
      agentTraceOf(family(new Sample(), {}, { task: { base_commit } }), null).vcs;
    expect(base('a'.repeat(40))).toEqual({ type: 'git', revision: 'a'.repeat(40) });
    expect(base('a'.repeat(64))).toEqual({ type: 'git', revision: 'a'.repeat(64) });
    expect(base('abc1234')).toBeUndefined();
    expect(base('a'.repeat(63))).toBeUndefined();
  });
});

describe('the check of records', () => {
  const record = agentTraceOf(family(edit(new Sample(), '/w/a', [[1, 0, 1, 2]])), '/w');
  const [file] = record.files;
  const [conversation] = file!.conversations;
  const withRange = (range: object): object => ({
    ...record,
    files: [{ ...file, conversations: [{ ...conversation, ranges: [range] }] }],
  });

  it.each([
    ['a key of nobody', { ...record, more: 1 }],
    ['no version', { ...record, version: undefined }],
    ['a version of two parts', { ...record, version: '1.0' }],
    ['an id that is no UUID', { ...record, id: 'x' }],
    ['a time of no zone', { ...record, timestamp: '2026-01-05T10:00:00' }],
    ['a system of nobody', { ...record, vcs: { type: 'cvs', revision: 'a'.repeat(40) } }],
    ['a tool without a version', { ...record, tool: { name: 'x' } }],
    ['a path from the root', { ...record, files: [{ ...file, path: '/a' }] }],
    ['no conversations', { ...record, files: [{ path: 'a' }] }],
    ['line 0', withRange({ start_line: 0, end_line: 1 })],
    ['half a line', withRange({ start_line: 1, end_line: 1.5 })],
    ['an end before the start', withRange({ start_line: 2, end_line: 1 })],
    ['a contributor of nobody', withRange({ start_line: 1, end_line: 1, contributor: { type: 'robot' } })],
    [
      'a long model',
      withRange({ start_line: 1, end_line: 1, contributor: { type: 'ai', model_id: 'x'.repeat(251) } }),
    ],
  ])('refuses %s', (_, bad) => {
    expect(agentTraceProblems(record)).toEqual([]);
    expect(agentTraceProblems(bad)).not.toEqual([]);
  });
});

it.each([
  ['/w/a/b.ts', '/w', 'a/b.ts'],
  ['/w/a', '/w/', 'a'],
  ['/wx/a', '/w', null],
  ['./a//b', null, 'a/b'],
  ['../a', '/w', null],
  ['/w/../etc/passwd', '/w', null],
  ['C:\\w\\a.ts', 'C:\\w', 'a.ts'],
  ['/a', null, null],
  ['/w', '/w', null],
  ['', '/w', null],
])('%s below %s is %s', (path, cwd, below) => {
  expect(relativePath(path, cwd)).toBe(below);
});
