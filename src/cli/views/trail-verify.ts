/** Text view of `trail verify`. */
import type { TrailReport } from '../../trail/verify.ts';
import { findingsText } from './bucket.ts';
import { count, type Page, paint } from './page.ts';

export function trailVerifyView(page: Page, report: TrailReport): string {
  const { findings, checked, pending, files_skipped: skipped, unknown_traces: unknown } = report;
  const { notes_carried: carried, notes_dangling: dangling, commits_gone: gone } = report;
  const verdict =
    findings.length === 0
      ? paint(page, 'green', 'sound')
      : paint(page, 'red', count(findings.length, 'finding'));
  const scope = `${count(checked.files, 'file')}, ${count(checked.commits, 'commit')} with lines of agents, ${count(checked.notes, 'note')}`;
  const open = [
    pending.files > 0 ? `${count(pending.files, 'file')} for the next sync` : '',
    pending.notes > 0 ? `${count(pending.notes, 'commit')} without a note until the next sync` : '',
    skipped > 0 ? `${count(skipped, 'file')} with lost history` : '',
    unknown > 0 ? `${count(unknown, 'trace')} in notes that the bucket lacks` : '',
  ].filter((words) => words !== '');
  const left = open.length === 0 ? '' : `${paint(page, 'dim', `not checked: ${open.join('; ')}`)}\n`;
  const beside = [
    carried > 0 ? `${count(carried, 'trace')} in notes that git carried over` : '',
    gone > 0 ? `${count(gone, 'commit')} that git pruned` : '',
    dangling > 0 ? `${count(dangling, 'note')} of commits that are gone` : '',
  ].filter((words) => words !== '');
  const told = beside.length === 0 ? '' : `${paint(page, 'dim', `no findings: ${beside.join('; ')}`)}\n`;
  return `${findingsText(page, findings)}${verdict}: ${scope}\n${left}${told}`;
}
