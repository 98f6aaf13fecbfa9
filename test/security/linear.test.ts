/** Every rule does bounded work at each place it may begin: at this size anything else takes minutes. */
import { expect, test } from 'vitest';
import { ALL_RULES, detectorOf, worstCases } from './worst-cases.ts';

const SIZE = 32 * 1024;
/** A linear rule takes a few milliseconds; quadratic work over so many places takes seconds. */
const LIMIT = 250;

test.each(ALL_RULES.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
  const detect = detectorOf(rule);
  for (const text of worstCases(rule)) {
    const input = text(SIZE);
    const started = process.cpuUsage();
    detect(input);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(LIMIT);
  }
});
