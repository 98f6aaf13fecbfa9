/** Text views of `trail blame commit` and `trail blame trace`. */
import type { BlamedFile, CommitBlame, OwnedLines } from '../../trail/blame-commit.ts';
import type { CommitSession } from '../../trail/relations.ts';
import type { TraceCommit } from '../../trail/trace-commits.ts';
import { count, oneLine, type Page, paint } from './page.ts';

/** A line for each file, with `lines` also the lines of agents in it; then one for each session. */
export function commitBlameView(page: Page, { files, sessions }: CommitBlame, lines: boolean): string {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const attributed = files.reduce((sum, file) => sum + file.attributed, 0);
  const body = files.map((file) => fileText(page, file, lines)).join('');
  const sum = paint(page, 'dim', `${attributed} of ${count(added, 'line')} in files that agents edited`);
  const traces = new Set(sessions.map(({ trace_id }) => trace_id));
  const rows = [...traces].map((id) => sessionText(sessions.filter(({ trace_id }) => trace_id === id)));
  return `${body}${sum}\n${rows.join('')}`;
}

/** All relations of one session. */
function sessionText(relations: readonly CommitSession[]): string {
  const [{ trace_id, agent }] = relations as readonly [CommitSession];
  return `${trace_id.slice(0, 8)}  ${oneLine(agent, 40)}  ${relations.map(relationText).join(', ')}\n`;
}

function relationText({
  relation,
  lines,
  firmness,
}: Pick<CommitSession, 'relation' | 'lines' | 'firmness'>): string {
  const about = lines === null ? relation : `${relation} ${count(lines, 'line')}`;
  return firmness === 'firm' ? about : `${about} (${firmness})`;
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
export function traceBlameView(page: Page, commits: readonly TraceCommit[]): string {
  if (commits.length === 0) return 'no commit comes from this trace\n';
  return commits
    .map(({ commit, time, subject, files, attributed, relations }) => {
      const head = `${paint(page, 'yellow', commit.slice(0, 8))} ${time.slice(0, 10)} ${oneLine(subject, 60)}`;
      const names = files
        .map((file) => `  ${oneLine(file.path, 200)}  ${count(file.attributed, 'line')}\n`)
        .join('');
      const lines = attributed === 0 ? '' : `  ${count(attributed, 'line')}`;
      const others = relations.filter(({ relation }) => relation !== 'wrote');
      const how = others.map(
        (each) => `  ${relationText(each)}
`,
      );
      return `${head}${lines}\n${names}${how.join('')}`;
    })
    .join('');
}
