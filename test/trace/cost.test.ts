import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../src/record/step.ts';
import { costOf } from '../../src/trace/cost.ts';
import { modelKey, PRICE_TABLE, PRICES, ratesOf } from '../../src/trace/prices.ts';

function usage(input: number, output: number, read = 0, write = 0, hour?: number): TokenUsage {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: read,
    cache_write_tokens: write,
    prefix_reuse_tokens: 0,
    ...(hour === undefined ? {} : { cache_write_1h_tokens: hour }),
  };
}

describe('modelKey', () => {
  it.each([
    ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'claude-sonnet-4'],
    ['anthropic/claude-sonnet-4-5[1m]', 'claude-sonnet-4-5'],
    ['claude-opus-4-1@20250805', 'claude-opus-4-1'],
    ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet'],
    ['claude-sonnet-4-0', 'claude-sonnet-4'],
    ['claude-sonnet-4.6', 'claude-sonnet-4-6'],
    ['anthropic/claude-3.7-sonnet', 'claude-3-7-sonnet'],
    ['gpt-5-2025-08-07', 'gpt-5'],
    ['openai/gpt-5.1-codex', 'gpt-5.1-codex'],
    ['models/gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro'],
    ['GPT-4o', 'gpt-4o'],
  ])('%s is %s', (model, key) => {
    expect(modelKey(model)).toBe(key);
    expect(ratesOf(model, null, 0)).not.toBeNull();
  });

  it('stays linear', () => {
    const started = Date.now();
    for (const part of ['a-', '0', '[', '/', 'anthropic.', '-v1:']) modelKey(part.repeat(50_000));
    expect(Date.now() - started).toBeLessThan(1000);
  });
});

describe('the price table', () => {
  it('has a date, a source, and rates that make sense', () => {
    expect(PRICE_TABLE.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(PRICE_TABLE.source).not.toBe('');
    for (const [model, prices] of PRICES) {
      expect(modelKey(model)).toBe(model);
      for (const { from = '', input, output, cacheRead, cacheWrite, cacheWrite1h } of prices) {
        expect(cacheRead, model).toBeLessThan(input);
        expect(output, model).toBeGreaterThan(input);
        expect(cacheWrite, model).toBeGreaterThanOrEqual(input);
        expect(cacheWrite1h, model).toBeGreaterThanOrEqual(cacheWrite);
        expect(from <= PRICE_TABLE.date).toBe(true);
      }
      const dates = prices.map(({ from }) => from ?? '');
      expect(dates).toEqual([...dates].sort());
    }
  });

  it('gives no price to what it does not know', () => {
    for (const model of ['<synthetic>', 'gpt-5-turbo', 'claude-opus-9', 'claude', '', '__proto__']) {
      expect(ratesOf(model, null, 0)).toBeNull();
    }
  });
});

describe('costOf', () => {
  it('prices input, output, cache reads and both kinds of cache writes', () => {
    const million = 1_000_000;
    const of = (each: TokenUsage): number | null => costOf('claude-opus-4-5', null, each);
    expect(of(usage(million, 0))).toBe(5);
    expect(of(usage(million, million))).toBe(30);
    expect(of(usage(0, 0, million))).toBe(0.5);
    expect(of(usage(0, 0, 0, million))).toBe(6.25);
    expect(of(usage(0, 0, 0, million, million))).toBe(10);
    expect(of(usage(0, 0, 0, million, 2 * million))).toBe(10);
    expect(of(usage(31, 94, 73_457, 3_929))).toBeCloseTo(0.0637898, 6);
  });

  it('prices a call by its day and by the length of its prompt', () => {
    const read = usage(0, 0, 1_000_000);
    expect(costOf('claude-sonnet-5-5', '2026-10-06', read)).toBeCloseTo(0.2);
    expect(costOf('claude-sonnet-5-5', '2026-10-07', read)).toBeCloseTo(0.1);
    expect(costOf('claude-sonnet-5-5', null, read)).toBeCloseTo(0.2);
    expect(costOf('claude-sonnet-4-5', null, usage(200_000, 0))).toBeCloseTo(0.6);
    expect(costOf('claude-sonnet-4-5', null, usage(1, 0, 200_000))).toBeCloseTo(0.120006);
  });

  it('is null where only the answer was counted: the prompt is most of what a call costs', () => {
    expect(costOf('claude-opus-4-5', null, usage(0, 19_254))).toBeNull();
  });

  it('is null without a price or a model', () => {
    expect(costOf('some-model', null, usage(1, 1))).toBeNull();
    expect(costOf(null, null, usage(1, 1))).toBeNull();
  });
});
