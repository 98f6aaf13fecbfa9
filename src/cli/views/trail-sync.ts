/** Text view of `trail sync`. */
import type { SyncReport } from '../../trail/sync.ts';
import { count, type Page } from './page.ts';

export function trailSyncView(
  _page: Page,
  { files, replayed, commits, notes_written: notes }: SyncReport,
): string {
  const noted = notes === 0 ? '' : `; ${count(notes, 'note')} written`;
  return `${count(commits, 'commit')} with lines of agents; ${replayed} of ${count(files, 'file')} looked at${noted}\n`;
}
