/** Text view of `trail stats`. */
import type { StatRow, TrailStats } from '../../trail/stats.ts';
import { count, fields, oneLine, type Page, table } from './page.ts';

const MOST_ROWS = 50;

export function trailStatsView(page: Page, { by, total, groups }: TrailStats): string {
  const survival = Object.entries(total.survival).map(([state, patches]) => `${patches} ${state}`);
  const summary = fields(page, [
    ['lines', `${share(total.agent_lines, total.lines, total.agent_ratio)} by agents`],
    ['commits', `${total.commits_with_lineage} of ${count(total.commits, 'commit')} with lines of agents`],
    ['patches', `${total.patches}${survival.length === 0 ? '' : `: ${survival.join(', ')}`}`],
    [
      'survival',
      `${share(total.preserved_line_count, total.authored_line_count, total.retention_fraction)} of patches in HEAD`,
    ],
  ]);
  if (by === null) return summary;
  const head = ['LINES', 'BY AGENTS', 'COMMITS', 'WITH AGENTS', 'PATCHES', 'IN HEAD', by.toUpperCase()];
  const rows = groups.slice(0, MOST_ROWS).map((row) => cells(row, by));
  const more = groups.length - rows.length;
  return `${table(page, head, rows)}${more > 0 ? `and ${count(more, 'more row')}\n` : ''}\n${summary}`;
}

function cells(row: StatRow, by: string): string[] {
  const { lines, agent_ratio, commits, commits_with_lineage, patches, retention_fraction } = row;
  const name = row.key ?? (lines > row.agent_lines && by !== 'author' ? 'nobody known' : 'unknown');
  return [
    ...[String(lines), percent(agent_ratio), String(commits), String(commits_with_lineage)],
    ...[String(patches), percent(retention_fraction), oneLine(name, 80)],
  ];
}

function share(part: number, whole: number, ratio: number | null): string {
  return `${part} of ${count(whole, 'line')}${ratio === null ? '' : `, ${percent(ratio)},`}`;
}

/** To one place, as shares are known to four. */
function percent(ratio: number | null): string {
  return ratio === null ? '-' : `${(ratio * 100).toFixed(1)} %`;
}
