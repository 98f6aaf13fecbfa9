import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/record/step.ts';
import type { MetaRow } from '../../src/record/trace.ts';
import { type Grouping, type Stats, StatsTally } from '../../src/trace/stats.ts';

const USAGE = {
  input_tokens: 100,
  output_tokens: 10,
  cache_read_tokens: 1000,
  cache_write_tokens: 0,
  prefix_reuse_tokens: 0,
};

function row(trace_id: string, agent = 'claude-code', project = 'g-1'): MetaRow {
  return { trace_id, agent, project: { id: project, name: 'acme' } } as MetaRow;
}

function call(message: string | undefined, more: Partial<Step> = {}): Step {
  const origin = { line: 1, offset: 0, ...(message === undefined ? {} : { message_id: message }) };
  return {
    model: 'claude-opus-4-5',
    timestamp: '2026-01-05T10:00:00Z',
    token_usage: USAGE,
    origin,
    ...more,
  } as Step;
}

function stats(by: Grouping | null, ...calls: ReadonlyArray<readonly [MetaRow, Step]>): Stats {
  const tally = new StatsTally(by);
  for (const [each, step] of calls) tally.add(each, step);
  return tally.end();
}

describe('StatsTally', () => {
  it('counts a call once, however many sessions repeat it', () => {
    const found = stats(null, [row('a'), call('m1')], [row('b'), call('m1')], [row('b'), call('m2')]);
    expect(found).toMatchObject({
      duplicate_calls: 1,
      groups: [],
      total: { traces: 2, calls: 2, input_tokens: 200 },
    });
    expect(found.total.cost_usd).toBeCloseTo(0.0025);
  });

  it('takes the same id of two agents, and calls without an id, for different ones', () => {
    const codex = row('c', 'codex-cli');
    const found = stats(
      null,
      [row('a'), call('m')],
      [codex, call('m')],
      [row('a'), call(undefined)],
      [row('a'), call(undefined)],
    );
    expect(found).toMatchObject({ duplicate_calls: 0, total: { calls: 4 } });
  });

  it('knows no cost for an unknown model, and says so in a sum', () => {
    const unknown = call('m2', { model: 'nobody-knows' });
    const found = stats('model', [row('a'), call('m1')], [row('a'), unknown]);
    expect(found.groups).toMatchObject([
      { key: 'claude-opus-4-5', unpriced_calls: 0, cost_usd: 0.00125 },
      { key: 'nobody-knows', unpriced_calls: 1, cost_usd: null, output_tokens: 10 },
    ]);
    expect(found.total).toMatchObject({ unpriced_calls: 1, cost_usd: 0.00125 });
  });

  it('groups by day, agent and project; days in order', () => {
    const later = call('m2', { timestamp: '2026-01-06T00:00:00Z' });
    const never = call('m3', { timestamp: null });
    const calls = [
      [row('b', 'pi', 'g-2'), later],
      [row('a'), call('m1')],
      [row('a'), never],
    ] as const;
    const keys = (by: Grouping): unknown => stats(by, ...calls).groups.map(({ key }) => key);
    expect(keys('day')).toEqual(['2026-01-05', '2026-01-06', null]);
    expect(keys('agent')).toEqual(['claude-code', 'pi']);
    expect(keys('project')).toEqual(['g-1', 'g-2']);
  });

  it('adds what only the session states, once and without a price', () => {
    const tokens = { input: 15_530, output: 30, cache_read: 1000, cache_write: 7 };
    const whole = (id: string, more: Partial<MetaRow> = {}): MetaRow => ({
      ...row(id, 'copilot-cli'),
      model: 'claude-opus-4-5',
      timestamp_start: '2026-01-05T10:00:00Z',
      timestamp_end: '2026-01-05T11:00:00Z',
      tokens,
      ...more,
    });
    const ended = (by: Grouping | null, ...rows: MetaRow[]): Stats => {
      const tally = new StatsTally(by);
      const [first, ...others] = rows;
      tally.add(first!, call('m1'));
      tally.add(first!, call('m1'));
      tally.endTrace(first!);
      for (const each of others) tally.endTrace(each);
      return tally.end();
    };
    // The repeated call is part of what the steps told: 2 x 100 in, 2 x 10 out, 2 x 1000 from the cache.
    expect(ended(null, whole('a')).total).toEqual({
      traces: 1,
      calls: 1,
      input_tokens: 100 + 15_330,
      output_tokens: 10 + 10,
      cache_read_tokens: 1000,
      cache_write_tokens: 7,
      cost_usd: 0.00125,
      unpriced_calls: 0,
      stated_totals: 1,
    });
    const two = [whole('a'), whole('b', { timestamp_end: '2026-01-06T11:00:00Z', model: null })];
    expect(ended('day', ...two).groups).toMatchObject([
      { key: '2026-01-05', input_tokens: 15_430, stated_totals: 1 },
      { key: null, input_tokens: 15_530, calls: 0, traces: 1, stated_totals: 1, cost_usd: null },
    ]);
    expect(ended('model', ...two).groups.map(({ key }) => key)).toEqual(['claude-opus-4-5', null]);
    const told = { input: 200, output: 20, cache_read: 2000, cache_write: 0 };
    expect(ended(null, whole('a', { tokens: told })).total).toMatchObject({
      input_tokens: 100,
      stated_totals: 0,
    });
  });

  it('leaves out messages that no model wrote', () => {
    const empty = { ...USAGE, input_tokens: 0, output_tokens: 0, cache_read_tokens: 0 };
    const own = call('m1', { model: '<synthetic>', token_usage: empty });
    expect(stats(null, [row('a'), own]).total).toMatchObject({ calls: 0, cost_usd: 0 });
  });
});
