/** Text view of `trace skills`. */
import type { Finding } from '../../bucket/findings.ts';
import type { SkillRow } from '../../trace/skills.ts';
import { count, type Page, table } from './page.ts';

export function skillsView(page: Page, skills: readonly SkillRow[], findings: readonly Finding[]): string {
  const unread =
    findings.length === 0
      ? ''
      : `${count(findings.length, 'trace')} could not be read: run git ot bucket verify\n`;
  if (skills.length === 0) return `no skills\n${unread}`;
  const rows = skills.map(({ uses, sources, traces, last_used: last, name }) => [
    String(uses),
    String(sources.tool),
    String(sources.command),
    String(sources.file),
    String(traces.length),
    (last ?? '').slice(0, 10),
    name,
  ]);
  const head = ['USES', 'TOOL', 'COMMAND', 'FILE', 'TRACES', 'LAST', 'SKILL'];
  return `${table(page, head, rows)}\n${count(skills.length, 'skill')}\n${unread}`;
}
