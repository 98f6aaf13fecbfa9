/** Text views of the security commands. */

import type { ScanReport } from '../../sync/scan.ts';
import type { SecurityReport } from '../bucket-security.ts';
import type { ToolInfo } from '../security-tools.ts';
import { bytes, count, fields, type Page, printable, table } from './page.ts';

export function securityView(page: Page, { security, changes }: SecurityReport): string {
  const { policy, tools } = security;
  const head = fields(page, [
    ['policy', policy],
    ['tools', tools.length === 0 ? 'none' : tools.join(', ')],
  ]);
  const moved = [
    ...changes.enabled.map((name) => `on: ${name}\n`),
    ...changes.disabled.map((name) => `off: ${name}\n`),
  ];
  return head + moved.join('');
}

export function warningLines(warnings: readonly string[]): string {
  return warnings.map((warning) => `warning: ${printable(warning)}\n`).join('');
}

export function toolListView(page: Page, tools: readonly ToolInfo[]): string {
  const rows = tools.map(({ name, kind, state, description }) => [name, kind, state, description]);
  return table(page, ['TOOL', 'KIND', 'STATE', 'WHAT IT DOES'], rows);
}

export function toolView(page: Page, tool: ToolInfo): string {
  return fields(page, [
    ['tool', tool.name],
    ['kind', tool.kind],
    ['state', `${tool.state} (${tool.detail})`],
    ['version', tool.version ?? 'unknown'],
    ['does', tool.description],
    ['on', tool.setup_cmd],
    ['off', tool.disable_cmd],
  ]);
}

const SHOWN_FIELDS = 10;

export function scanView(page: Page, report: ScanReport): string {
  const rules = report.by_rule.map(({ tool, rule, kind, findings }) => [`${findings}`, tool, kind, rule]);
  const fieldRows = report.by_field
    .slice(0, SHOWN_FIELDS)
    .map(({ field, findings }) => [`${findings}`, field]);
  const tables =
    rules.length === 0
      ? ''
      : `${table(page, ['FINDINGS', 'TOOL', 'KIND', 'RULE'], rules)}\n${table(page, ['FINDINGS', 'FIELD'], fieldRows)}\n`;
  const tools = report.tools_applied.length === 0 ? 'no tool' : report.tools_applied.join(', ');
  const sums = `${count(report.findings, 'finding')} in ${count(report.traces.length, 'trace')}`;
  return `${tables}${sums} (${bytes(report.bytes)}), looked at by ${tools}\n`;
}
