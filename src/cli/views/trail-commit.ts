/** Text views of `trail blame commit` and `trail blame trace`. */
import type { BlamedCommit, BlamedFile, OwnedLines } from '../../trail/blame-commit.ts';
import { count, oneLine, type Page, paint, printable } from './page.ts';

/** A line for each file; with `lines` also the lines of agents in it. */
export function commitBlameView(page: Page, files: readonly BlamedFile[], lines: boolean): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const attributed = files.reduce((sum, file) => sum + file.attributed, 0);
  const body = files.map((file) => fileText(page, file, lines)).join('');
  return `${body}${paint(page, 'dim', `${attributed} of ${count(added, 'line')} in files that agents edited`)}\n`;
}

function fileText(page: Page, { path, added, attributed, lines }: BlamedFile, withLines: boolean): string {
  const head = `${paint(page, 'bold', oneLine(path, 200))}  ${attributed} of ${count(added, 'line')}\n`;
  return withLines ? `${head}${lines.map(rangeText).join('')}` : head;
}

function rangeText({ start, end, trace_id, step_index, tier, firmness }: OwnedLines): string {
  const place = start === end ? `${start}` : `${start}-${end}`;
  return `  ${place.padEnd(11)}  ${trace_id?.slice(0, 8)}:${step_index}  ${tier}${firmness === 'firm' ? '' : ' (provisional)'}\n`;
}

/** A line for each commit, then its files. */
export function traceBlameView(page: Page, commits: readonly BlamedCommit[]): string {
  if (commits.length === 0) return 'no commit holds lines of this trace\n';
  return commits
    .map(({ commit, time, subject, files, attributed }) => {
      const head = `${paint(page, 'yellow', commit.slice(0, 8))} ${time.slice(0, 10)} ${oneLine(subject, 60)}`;
      const names = files
        .map((file) => `  ${printable(file.path)}  ${count(file.attributed, 'line')}\n`)
        .join('');
      return `${head}  ${count(attributed, 'line')}\n${names}`;
    })
    .join('');
}
