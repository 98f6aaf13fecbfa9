/** Text view of `trail track`. */
import type { TrackedPatch } from '../../trail/track.ts';
import { count, type Page, table } from './page.ts';

export function trackView(page: Page, patches: readonly TrackedPatch[]): string {
  const rows = patches.map(({ trace_patch_id: id, current_survival, authored_line_count, ...patch }) => [
    `${id.slice(0, 'tp:'.length + 8)}${id.slice(id.lastIndexOf(':'))}`,
    current_survival,
    `${patch.preserved_line_count} of ${authored_line_count}`,
    patch.current_path ?? patch.path,
  ]);
  const head = ['PATCH', 'SURVIVAL', 'LINES', 'FILE'];
  return `${rows.length === 0 ? '' : `${table(page, head, rows)}\n`}${count(rows.length, 'patch', 'patches')}\n`;
}
