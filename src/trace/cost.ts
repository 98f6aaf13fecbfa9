/** What a model call cost. */
import type { TokenUsage } from '../record/step.ts';
import { ratesOf } from './prices.ts';

/**
 * US dollars of one call; null for a model without a price, and for an answer whose prompt was not counted:
 * some agents only note what came back, a small part of the price. Input tokens count without what caches gave.
 */
export function costOf(
  model: string | null | undefined,
  day: string | null,
  usage: TokenUsage,
): number | null {
  if (typeof model !== 'string') return null;
  const { input_tokens: input, cache_read_tokens: read, cache_write_tokens: write } = usage;
  if (input + read + write === 0) return null;
  const rates = ratesOf(model, day, input + read + write);
  if (rates === null) return null;
  const hour = Math.min(usage.cache_write_1h_tokens ?? 0, write);
  const micro =
    input * rates.input +
    usage.output_tokens * rates.output +
    read * rates.cacheRead +
    (write - hour) * rates.cacheWrite +
    hour * rates.cacheWrite1h;
  return micro / 1_000_000;
}
