/** Text view of `trace stats`. */
import type { Finding } from '../../bucket/findings.ts';
import { PRICE_TABLE } from '../../trace/prices.ts';
import type { Stats, Totals } from '../../trace/stats.ts';
import { count, type Page, table } from './page.ts';

export function statsView(page: Page, stats: Stats, findings: readonly Finding[]): string {
  const { by, groups, total, duplicate_calls: duplicates } = stats;
  const head = [
    (by ?? '').toUpperCase() || 'ALL',
    'TRACES',
    'CALLS',
    'INPUT',
    'OUTPUT',
    'CACHE READ',
    'CACHE WRITE',
    'COST',
  ];
  const rows = groups.map((group) =>
    rowOf(by === 'project' ? `${group.label} ${group.key}` : group.label, group),
  );
  const notes = [
    `prices of ${PRICE_TABLE.date}`,
    ...(total.unpriced_calls === 0
      ? []
      : [
          `${count(total.unpriced_calls, 'call')} without a price: of its model, or because the prompt was not counted`,
        ]),
    ...(total.stated_totals === 0
      ? []
      : [
          `${count(total.stated_totals, 'trace')} with totals that only the session states, in no call and without a price`,
        ]),
    ...(duplicates === 0 ? [] : [`${count(duplicates, 'repeated call')} counted once`]),
    ...(findings.length === 0
      ? []
      : [`${count(findings.length, 'trace')} could not be read: run git ot bucket verify`]),
  ];
  return `${table(page, head, [...rows, rowOf('total', total)])}\n${notes.join('; ')}\n`;
}

function rowOf(label: string, totals: Totals): string[] {
  const cost = totals.cost_usd === null ? '-' : `$${totals.cost_usd.toFixed(2)}`;
  const partly = totals.cost_usd !== null && totals.unpriced_calls + totals.stated_totals > 0 ? ' +' : '';
  return [
    label,
    ...[totals.traces, totals.calls, totals.input_tokens, totals.output_tokens].map((n) =>
      n.toLocaleString('en-US'),
    ),
    totals.cache_read_tokens.toLocaleString('en-US'),
    totals.cache_write_tokens.toLocaleString('en-US'),
    `${cost}${partly}`,
  ];
}
