/**
 * What model calls cost, in US dollars per million tokens. List prices of the vendors' own interfaces as their
 * price pages gave them when the table was made: no batch, priority or regional rates, no taxes, no plans. A
 * model that is not here has no price: a guess would be worse.
 */

/** Day the table was checked: results name it, so that a sum can be told from one of another table. */
export const PRICE_TABLE = {
  date: '2026-11-21',
  source:
    'price pages of Anthropic, OpenAI and Google, as public copies of them give them; list prices in US dollars',
} as const;

/** US dollars per million tokens. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Writing to a cache kept for minutes; where caches are written free of charge, the price of input. */
  readonly cacheWrite: number;
  /** Writing to a cache kept for an hour. */
  readonly cacheWrite1h: number;
}

export interface Price extends Rates {
  /** First day (UTC) these rates hold; absent for the first ones. */
  readonly from?: string;
  /** Rates of a whole call whose prompt, caches included, has more than `over` tokens. */
  readonly long?: Rates & { readonly over: number };
}

/** Rates of Anthropic: caches for minutes cost 1.25 times the input, for an hour twice as much. */
function claude(input: number, output: number, cacheRead = input / 10): Rates {
  return { input, output, cacheRead, cacheWrite: input * 1.25, cacheWrite1h: input * 2 };
}

/** Rates of vendors that write caches free of charge. */
function freeWrites(input: number, output: number, cacheRead: number): Rates {
  return { input, output, cacheRead, cacheWrite: input, cacheWrite1h: input };
}

const OPUS = claude(5, 25);
const FIRST_OPUS = claude(15, 75);
const SONNET = claude(3, 15);
const LONG_SONNET = { ...SONNET, long: { over: 200_000, ...claude(6, 22.5) } };
const HAIKU_55 = { ...claude(0.1, 0.5), long: { over: 100_000, ...claude(0.5, 2.5) } };
const GPT_5 = freeWrites(1.25, 10, 0.125);
const GPT_52 = freeWrites(1.75, 14, 0.175);

/** Prices by model, oldest first; names without vendor, region, date and variant. */
export const PRICES: ReadonlyMap<string, readonly Price[]> = new Map([
  ['claude-fable-5-1', [claude(10, 50, 0.25)]],
  ['claude-fable-5', [claude(10, 50)]],
  ['claude-opus-5-5', [claude(4, 20, 0.2)]],
  ['claude-opus-5', [OPUS]],
  ['claude-opus-4-8', [OPUS]],
  ['claude-opus-4-7', [OPUS]],
  ['claude-opus-4-6', [OPUS]],
  ['claude-opus-4-5', [OPUS]],
  ['claude-opus-4-1', [FIRST_OPUS]],
  ['claude-opus-4', [FIRST_OPUS]],
  ['claude-3-opus', [FIRST_OPUS]],
  ['claude-sonnet-5-5', [claude(2, 10), { from: '2026-10-07', ...claude(2, 10, 0.1) }]],
  ['claude-sonnet-5', [claude(2, 10)]],
  ['claude-sonnet-4-6', [SONNET]],
  ['claude-sonnet-4-5', [LONG_SONNET]],
  ['claude-sonnet-4', [LONG_SONNET]],
  ['claude-3-7-sonnet', [SONNET]],
  ['claude-3-5-sonnet', [SONNET]],
  ['claude-3-sonnet', [SONNET]],
  ['claude-haiku-5-5', [HAIKU_55]],
  ['claude-haiku-4-5', [claude(1, 5)]],
  ['claude-3-5-haiku', [claude(0.8, 4)]],
  ['claude-3-haiku', [{ ...claude(0.25, 1.25, 0.03), cacheWrite: 0.3 }]],
  ['gpt-5.5', [{ ...freeWrites(5, 30, 0.5), long: { over: 272_000, ...freeWrites(10, 45, 1) } }]],
  ['gpt-5.4', [{ ...freeWrites(2.5, 15, 0.25), long: { over: 272_000, ...freeWrites(5, 22.5, 0.5) } }]],
  ['gpt-5.3-codex', [GPT_52]],
  ['gpt-5.2-codex', [GPT_52]],
  ['gpt-5.2', [GPT_52]],
  ['gpt-5.1-codex', [GPT_5]],
  ['gpt-5.1-codex-max', [GPT_5]],
  ['gpt-5.1', [GPT_5]],
  ['gpt-5-codex', [GPT_5]],
  ['gpt-5', [GPT_5]],
  ['gpt-5.4-mini', [freeWrites(0.75, 4.5, 0.075)]],
  ['gpt-5.1-codex-mini', [freeWrites(0.25, 2, 0.025)]],
  ['gpt-5-mini', [freeWrites(0.25, 2, 0.025)]],
  ['gpt-5-nano', [freeWrites(0.05, 0.4, 0.005)]],
  ['gpt-4.1', [freeWrites(2, 8, 0.5)]],
  ['gpt-4.1-mini', [freeWrites(0.4, 1.6, 0.1)]],
  ['gpt-4.1-nano', [freeWrites(0.1, 0.4, 0.025)]],
  ['gpt-4o', [freeWrites(2.5, 10, 1.25)]],
  ['gpt-4o-mini', [freeWrites(0.15, 0.6, 0.075)]],
  ['o3', [freeWrites(2, 8, 0.5)]],
  ['o4-mini', [freeWrites(1.1, 4.4, 0.275)]],
  ['codex-mini', [freeWrites(1.5, 6, 0.375)]],
  [
    'gemini-2.5-pro',
    [{ ...freeWrites(1.25, 10, 0.125), long: { over: 200_000, ...freeWrites(2.5, 15, 0.25) } }],
  ],
  ['gemini-3-pro', [{ ...freeWrites(2, 12, 0.2), long: { over: 200_000, ...freeWrites(4, 18, 0.4) } }]],
  ['gemini-3-flash', [freeWrites(0.5, 3, 0.05)]],
  ['gemini-2.5-flash', [freeWrites(0.3, 2.5, 0.03)]],
  ['gemini-2.5-flash-lite', [freeWrites(0.1, 0.4, 0.01)]],
]);

/**
 * Name in the table of a model as agents write it: `us.anthropic.claude-opus-4-5-20251101-v1:0[1m]`. Some write
 * the version of a Claude model with a dot.
 */
export function modelKey(model: string): string {
  const lower = model.toLowerCase();
  const dashed = lower.includes('claude') ? lower.replace(/(\d)\.(?=\d)/g, '$1-') : lower;
  return dashed
    .replace(/\[[^\]]{0,20}\]$/, '')
    .replace(/^.*[/]/, '')
    .replace(/^(?:[a-z-]{2,10}\.)?anthropic\./, '')
    .replace(/(?:-v\d)?:\d{1,3}$/, '')
    .replace(/[-@](?:\d{8}|\d{4}-\d{2}-\d{2})$/, '')
    .replace(/-(?:latest|preview|preview-\d{2}-\d{2,4}|0)$/, '');
}

/** Rates of a call on a day (`2026-03-31`, or null for the first known) with `promptTokens`; null when unknown. */
export function ratesOf(model: string, day: string | null, promptTokens: number): Rates | null {
  const prices = PRICES.get(modelKey(model)) ?? [];
  const price = prices.findLast(({ from }) => from === undefined || (day !== null && from <= day));
  if (price === undefined) return null;
  return price.long !== undefined && promptTokens > price.long.over ? price.long : price;
}
