/** Text view of `trail blame FILE`, in the columns of `git blame`. */
import type { AttributedLine, BlamedStep, FileBlame } from '../../trail/blame.ts';
import { count, oneLine, type Page, paint, printable } from './page.ts';
import { padToWidth } from './width.ts';

const AUTHOR_WIDTH = 28;

/** Lines first, then the steps they come from with what was asked for. */
export function blameView(page: Page, { lines, steps, coverage }: FileBlame): string {
  const width = String(lines.at(-1)?.line ?? 1).length;
  const body = lines.map((line) => lineText(page, line, width)).join('');
  const total = `${coverage.attributed} of ${count(coverage.total, 'line')} by agents`;
  return `${body}\n${steps.map((step) => stepText(page, step)).join('')}${paint(page, 'dim', total)}\n`;
}

function lineText(page: Page, line: AttributedLine, width: number): string {
  const commit = (line.commit ?? '0'.repeat(40)).slice(0, 8);
  const who = padToWidth(oneLine(authorOf(line), AUTHOR_WIDTH), AUTHOR_WIDTH);
  const place = `${line.time.slice(0, 10)} ${String(line.line).padStart(width)}`;
  const shown = line.trace_id === null ? who : paint(page, 'green', who);
  return `${commit} (${shown} ${place}) ${printable(line.text).replaceAll('\n', ' ')}\n`;
}

function authorOf({ trace_id, step_index, agent, author, firmness }: AttributedLine): string {
  if (trace_id === null) return author;
  return `${agent} ${trace_id.slice(0, 8)}:${step_index}${firmness === 'firm' ? '' : '?'}`;
}

function stepText(page: Page, { trace_id, step_index, agent, model, lines, prompt }: BlamedStep): string {
  const place = paint(page, 'bold', `${trace_id.slice(0, 8)}:${step_index}`);
  const asked = prompt === null ? '' : `  ${oneLine(prompt, 60)}`;
  return `${place}  ${agent}${model === null ? '' : ` ${oneLine(model, 40)}`}, ${count(lines, 'line')}${asked}\n`;
}
