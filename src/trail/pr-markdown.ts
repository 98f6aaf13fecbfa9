/**
 * The text of a pull request. The same facts give the same bytes; whatever came out of a session or a commit stands in
 * a code span, where a forge makes nothing of it: no HTML, link, mention or reference.
 */
import type { NoLineage, PrCommit, PrFile, PrIntent, PullRequest } from './pull-request.ts';
import type { Relation } from './relations.ts';

const REASONS: Readonly<Record<NoLineage, string>> = {
  no_new_lines: 'it brings no new lines of text',
  before_first_edit: 'it is older than the first edit of any known session',
  files_not_edited: 'no known session edited its files',
  no_line_matched: 'sessions edited its files, and none of its lines is known to be theirs',
};

/** What a session did that wrote no line. */
const PARTS: Readonly<Record<Relation, string>> = {
  wrote: 'an agent wrote lines of it',
  removed: 'an agent took lines away',
  moved: 'an agent moved files',
  committed: 'an agent made the commit',
  edited: 'an agent edited its files',
  open: 'a session was open',
};

/** A forge takes no text of any length. */
const MOST_ROWS = 50;
const LONGEST_TEXT = 200;

/** `isCut`: the clone lacks a part of the history, so that what is not told may still be known elsewhere. */
export function pullRequestMarkdown(
  { intents, commits, files, survival }: PullRequest,
  isCut = false,
): string {
  const withLines = commits.filter((commit) => commit.agent_lines > 0 || commit.relations.length > 0);
  const others = commits.filter(({ without_lineage: reason }) => reason !== null);
  const parts = [
    section('Intent', intents.map(intentRow), 'No known session wrote lines of this branch.'),
    section('What was done', withLines.map(commitRow), 'No commit comes from a known session.'),
    section(
      'Files',
      files.filter(({ agent_lines }) => agent_lines > 0).map(fileRow),
      'None with such lines.',
    ),
    `## Survival\n\n${survivalText(survival)}\n`,
    section('Commits without lineage', others.map(reasonRow), 'None.'),
  ];
  if (isCut) parts.push('The clone that this was written in lacks a part of the history.\n');
  return parts.join('\n');
}

function section(title: string, rows: readonly string[], none: string): string {
  const shown = rows.slice(0, MOST_ROWS).map((row) => `- ${row}\n`);
  const more = rows.length - shown.length;
  const body = rows.length === 0 ? `${none}\n` : shown.join('');
  return `## ${title}\n\n${body}${more > 0 ? `- and ${more} more\n` : ''}`;
}

function intentRow({ prompt, agent, trace_id, lines }: PrIntent): string {
  const asked = prompt === null ? 'no known prompt' : codeSpan(prompt);
  return `${asked} (${codeSpan(agent)}, session ${codeSpan(trace_id)}, ${linesText(lines)})`;
}

function commitRow({ commit, subject, lines, agent_lines, relations }: PrCommit): string {
  const parts = relations.map((relation) => PARTS[relation]);
  const told = agent_lines > 0 ? [`${agent_lines} of ${linesText(lines)} by agents`] : parts;
  return `${commit.slice(0, 12)} ${codeSpan(subject)}: ${told.join(', ')}`;
}

function fileRow({ path, lines, agent_lines }: PrFile): string {
  return `${codeSpan(path)}: ${agent_lines} of ${linesText(lines)} by agents`;
}

function reasonRow({ commit, subject, without_lineage: reason }: PrCommit): string {
  return `${commit.slice(0, 12)} ${codeSpan(subject)}: ${REASONS[reason!]}`;
}

function survivalText({ patches, ...counts }: PullRequest['survival']): string {
  const { authored_line_count: authored, preserved_line_count: preserved } = counts;
  if (authored === 0) return 'Nothing to follow.';
  const states = Object.entries(patches).map(([state, number]) => `${number} ${codeSpan(state)}`);
  return `${preserved} of ${linesText(authored)} that agents wrote are in the branch. Patches: ${states.join(', ')}.`;
}

function linesText(count: number): string {
  return `${count} ${count === 1 ? 'line' : 'lines'}`;
}

/** Nothing to see, or something that changes how what is around it is seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\ufff9-\ufffc\u3164\u115f\u1160\uffa0]|\u034f/gu;

/** A code span that the text cannot end: its fence is longer than any run of backticks in it. */
export function codeSpan(text: string): string {
  const flat = text
    .replace(/[\t\n\r\f\v ]+/g, ' ')
    .replace(UNSEEN, '\ufffd')
    .trim();
  const short = cut(flat);
  if (short === '') return '(empty)';
  let longest = 0;
  for (const run of short.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const pad = longest === 0 ? '' : ' ';
  return `${fence}${pad}${short}${pad}${fence}`;
}

/** At most so much of a text as is shown. */
export function cut(text: string): string {
  const letters = [...text];
  return letters.length <= LONGEST_TEXT ? text : `${letters.slice(0, LONGEST_TEXT - 1).join('')}…`;
}
