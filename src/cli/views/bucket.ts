/** Text views of `bucket status`, `manifest` and `verify`. */
import type { Finding } from '../../bucket/findings.ts';
import type { HealedRow, Manifest } from '../../bucket/manifest.ts';
import type { BucketStatus } from '../../bucket/status.ts';
import type { VerifyReport } from '../../bucket/verify.ts';
import { bytes, count, fields, oneLine, type Page, paint, printable, table } from './page.ts';

export function bucketStatusView(page: Page, status: BucketStatus): string {
  const months = status.months.map(({ month, traces }) => `${month} (${traces})`).join(', ');
  const objects = `${count(status.loose_objects, 'loose object')}, ${count(status.packs, 'pack')}`;
  const pairs: Array<readonly [string, string]> = [
    ['bucket', printable(status.home)],
    ['traces', `${status.traces}`],
    ['months', months === '' ? 'none' : months],
    ['disk', `${bytes(status.disk_bytes)}, ${objects}, ${status.object_format}`],
    [
      'lane',
      status.lane_is_ours ? status.lane : `${status.lane} (of another copy: the next capture begins its own)`,
    ],
  ];
  for (const { remote, traces, journals } of status.pulled) {
    pairs.push([
      'pulled',
      `${count(traces, 'trace')} in ${count(journals, 'journal')} from ${printable(remote)}`,
    ]);
  }
  return fields(page, pairs);
}

export function manifestView(
  page: Page,
  manifest: Manifest,
  healed: readonly HealedRow[] | undefined,
  findings: readonly Finding[],
): string {
  const rows = manifest.traces.map((row) => [
    row.trace_id,
    row.agent,
    `${row.step_count}`,
    bytes(row.raw_bytes),
    row.title ?? '',
  ]);
  const parts = [table(page, ['TRACE', 'AGENT', 'STEPS', 'SIZE', 'TITLE'], rows), '\n'];
  if (healed !== undefined) {
    parts.push(healed.length === 0 ? 'every row agrees with its trace\n' : healedText(healed));
  }
  const total = `${count(manifest.trace_count, 'trace')}, ${count(manifest.step_count, 'step')}`;
  parts.push(`${total}, ${manifest.digest}\n`, findingsText(page, findings));
  return parts.join('');
}

export function verifyView(page: Page, report: VerifyReport): string {
  const scope =
    report.checked < report.traces
      ? `${report.checked} of ${count(report.traces, 'trace')}`
      : count(report.traces, 'trace');
  const how = report.full ? 'git fsck and every record' : 'records';
  const verdict =
    report.findings.length === 0
      ? paint(page, 'green', 'sound')
      : paint(page, 'red', count(report.findings.length, 'finding'));
  return `${findingsText(page, report.findings)}${verdict}: ${scope} in ${count(report.journals, 'journal')} checked (${how})\n`;
}

type TextFinding = Pick<Finding, 'path' | 'message' | 'fix'> & { readonly code: string };

/** One finding per block: code, place, what is wrong, what to do. Empty for none. */
export function findingsText(page: Page, findings: readonly TextFinding[]): string {
  return findings
    .map(
      ({ code, path, message, fix }) =>
        `${paint(page, 'red', code)}  ${oneLine(path, 200)}\n  ${oneLine(message, 200)}\n  fix: ${oneLine(fix, 200)}\n`,
    )
    .join('');
}

function healedText(healed: readonly HealedRow[]): string {
  const lines = healed.map(({ trace_id, reason }) => `  ${trace_id}  ${reason.replaceAll('_', ' ')}\n`);
  return `${count(healed.length, 'row')} written anew\n${lines.join('')}`;
}
