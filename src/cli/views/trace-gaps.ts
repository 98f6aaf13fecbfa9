/** What a view of a part of a trace says of what is damaged or not here, and the command that brings it. */
import type { ReadingGap } from '../../trace/present.ts';
import { count, type Page, paint } from './page.ts';

/** A line, or nothing where nothing is missing. */
export function gapsView(page: Page, gaps: readonly ReadingGap[]): string {
  if (gaps.length === 0) return '';
  const what = gaps.map((gap) => count(gap.count, gap.code === 'steps_missing' ? 'step' : 'text')).join(', ');
  return `${paint(page, 'yellow', `not here: ${what}`)}\n`;
}

/** A pull brings what is missing of a remote; of anything else `verify` tells where it is. */
export function gapSteps(remote: string | null, gaps: readonly ReadingGap[]): string[] {
  if (gaps.length === 0) return [];
  return [remote === null ? 'git ot bucket verify --full' : `git ot bucket remote pull ${remote} --again`];
}
