/** Text view of `capture`. */
import { relative } from 'node:path';
import type { CaptureReport, FileResult } from '../../capture/capture.ts';
import { count, oneLine, type Page, paint, type Style } from './page.ts';

const STYLES: Readonly<Record<FileResult['status'], Style>> = {
  captured: 'green',
  grown: 'green',
  new_source: 'green',
  mended: 'green',
  unchanged: 'dim',
  skipped: 'yellow',
  error: 'red',
};

/** One line per file while there are few, then the totals. Paths are shown as seen from `cwd`. */
export function captureView(page: Page, report: CaptureReport, cwd: string): string {
  const shown = report.results.length <= 40 ? report.results : report.results.filter(isProblem);
  const totals = Object.entries(report.totals).filter(([, number]) => number > 0);
  const sums = totals.map(([status, number]) => `${number} ${status.replaceAll('_', ' ')}`).join(', ');
  const commits = report.commits === 0 ? 'no commit' : count(report.commits, 'commit');
  return `${shown.map((result) => resultLine(page, result, cwd)).join('')}${sums || 'no session found'}; ${commits}\n`;
}

function isProblem({ status }: FileResult): boolean {
  return status === 'error' || status === 'skipped';
}

function resultLine(page: Page, result: FileResult, cwd: string): string {
  const path = oneLine(shownPath(result.path, cwd), 80);
  const status = paint(page, STYLES[result.status], result.status.replaceAll('_', ' ').padEnd(10));
  const what = result.trace_id ?? result.code ?? '';
  const detail = [
    result.steps === undefined ? '' : count(result.steps, 'step'),
    result.subagent === undefined ? '' : 'sub-agent',
    result.limitations ? count(result.limitations, 'remark') : '',
    path,
  ];
  return `${status}  ${what}  ${detail.filter((part) => part !== '').join(', ')}\n`;
}

function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near !== '' && near.length < path.length ? near : path;
}
