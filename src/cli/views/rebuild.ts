/** Text view of `bucket rebuild`. */
import type { RebuiltCatalog } from '../../catalog/rebuild.ts';
import { bytes, count, fields, type Page } from './page.ts';

export function rebuildView(page: Page, { path, traces, steps, gaps, ...catalog }: RebuiltCatalog): string {
  const pairs: Array<readonly [string, string]> = [
    ['catalog', path],
    ['indexed', `${count(traces, 'trace')}, ${count(steps, 'step')}, ${bytes(catalog.text_bytes)} of text`],
    ['disk', bytes(catalog.bytes)],
  ];
  if (gaps > 0) pairs.push(['missing', `${count(gaps, 'record')} or texts that are damaged or not here`]);
  for (const ref of catalog.damaged) pairs.push(['damaged', ref]);
  return fields(page, pairs);
}
