/** Text view of `trace query`: a line per hit, and below it the passages that were found. */

import { afterBlank, beforeBlank } from '../../trace/preview.ts';
import type { QueryResult } from '../../trace/query.ts';
import type { CandidatePacket } from '../../trace/query-candidate.ts';
import type { Excerpt } from '../../trace/query-excerpt.ts';
import { count, oneLine, type Page, paint } from './page.ts';

export function queryView(page: Page, result: QueryResult): string {
  const { candidates, total, next_cursor: cursor, freshness } = result;
  const hits = candidates.map((candidate) => candidateView(page, candidate)).join('');
  const shown = candidates.length;
  const of = shown === total ? count(total, 'hit') : `${shown} of ${count(total, 'hit')}`;
  const more = cursor === null ? '' : `, go on with --cursor ${cursor}`;
  const stale =
    freshness.stale_reason === null ? '' : `${paint(page, 'yellow', `stale: ${freshness.stale_reason}`)}\n`;
  const cut = result.limitations
    .map(
      ({ count: words }) =>
        `${paint(page, 'yellow', `not looked for: ${words} of the words, others are rarer`)}\n`,
    )
    .join('');
  return `${hits}${hits === '' ? '' : '\n'}${of}${more}\n${cut}${stale}${total === 0 ? incompleteView(page, result) : ''}`;
}

/** Said where nothing was found: it may be in what is missing. */
function incompleteView(page: Page, { freshness }: QueryResult): string {
  const { incomplete_reason: reason, incomplete_fix: fix } = freshness;
  return reason === null ? '' : `${paint(page, 'yellow', `incomplete: ${reason}; run: ${fix}`)}\n`;
}

function candidateView(page: Page, candidate: CandidatePacket): string {
  const place = candidate.refs.short!;
  const lead = [candidate.timestamp?.slice(0, 16).replace('T', ' '), candidate.project_slug]
    .map((fact) => oneLine(fact ?? '', LONGEST_SLUG))
    .filter((fact) => fact !== '')
    .join('  ');
  const title = oneLine(candidate.title ?? '', Math.max(20, page.columns - place.length - lead.length - 4));
  const head = title === '' ? lead : `${lead}  ${title}`;
  const passages = candidate.excerpts.map((excerpt) => `    ${passage(page, excerpt)}\n`).join('');
  return `${paint(page, 'bold', place)}  ${head}\n${passages}${candidate.limitations.length === 0 ? '' : `    ${paint(page, 'dim', candidate.limitations.join(', '))}\n`}`;
}

const LONGEST_SLUG = 40;

/** `field: text` with what was looked for in bold; cut to the line. */
function passage(page: Page, { field, text, highlights }: Excerpt): string {
  const width = Math.max(40, page.columns - field.length - 6);
  const first = highlights[0]?.[0] ?? 0;
  const start = first < width / 2 ? 0 : afterBlank(text, first - Math.floor(width / 4), first);
  const parts: string[] = [];
  let at = start;
  for (const [from, to] of highlights) {
    if (from < at) continue;
    parts.push(oneLineKeep(text.slice(at, from)), paint(page, 'yellow', oneLineKeep(text.slice(from, to))));
    at = to;
    if (at - start > width) break;
  }
  parts.push(oneLineKeep(text.slice(at, beforeBlank(text, Math.max(at, start + width), at))));
  return `${paint(page, 'dim', `${field}:`)} ${parts.join('').trim()}`;
}

/** One line with its outer blanks as one blank each, so that parts can be put together. */
function oneLineKeep(text: string): string {
  const inner = oneLine(text, 10_000);
  if (inner === '') return /\s/.test(text) ? ' ' : '';
  return `${/^\s/.test(text) ? ' ' : ''}${inner}${/\s$/.test(text) ? ' ' : ''}`;
}
