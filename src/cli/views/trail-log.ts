/** Text view of `trail log`: an entry for each event, as `git log` shows commits. */
import type { CommitEvent, TrailEvent, TrailLog, TurnEvent } from '../../trail/log.ts';
import type { ObservedMerge, Rewrite } from '../../trail/rewrites.ts';
import { count, oneLine, type Page, paint } from './page.ts';

export function trailLogView(page: Page, { events, more }: TrailLog): string {
  if (events.length === 0) return 'nothing is known to have happened\n';
  const body = events.map((event) => eventText(page, event)).join('\n');
  return more ? `${body}\n${paint(page, 'dim', 'older events are left out: -n shows more')}\n` : body;
}

function eventText(page: Page, event: TrailEvent): string {
  if (event.kind === 'turn') return turnText(page, event);
  if ('traces' in event) return commitText(page, event);
  return rewriteText(page, event);
}

function commitText(page: Page, event: CommitEvent): string {
  const head = `${paint(page, 'yellow', `${event.kind} ${event.commit}`)}${PLACES[event.reached_from]}\n`;
  const author = `Author: ${oneLine(event.author, 80)}\nDate:   ${timeText(event.time)}\n`;
  const share = `${event.attributed} of ${count(event.added, 'line')} by agents, ${fileText(event.paths)}`;
  const traces = event.traces.map(({ trace_id, agent, step_indexes, lines, tiers }) => {
    const who = paint(
      page,
      'green',
      `${oneLine(agent, 40)} ${trace_id.slice(0, 8)}:${stepText(step_indexes)}`,
    );
    return `        ${who}  ${count(lines, 'line')} (${tiers.join(', ')})\n`;
  });
  return `${head}${author}\n    ${oneLine(event.subject, 100)}\n    ${share}\n${traces.join('')}`;
}

const PLACES = { head: '', refs: ' (not in HEAD)', reflog: ' (on no branch)' } as const;

function turnText(page: Page, event: TurnEvent): string {
  const who = paint(page, 'green', `turn ${event.trace_id}:${event.prompt_step ?? 1}`);
  const into = event.anchored_in.map((oid) => oid.slice(0, 8));
  const where = into.length === 0 ? 'in no commit' : `in ${listed(into)}`;
  const made = `${count(event.patches, 'patch', 'patches')} (${stepText(event.step_indexes)}), ${fileText(event.paths)}, ${where}`;
  const asked = event.prompt === null ? '' : `    ${oneLine(event.prompt, Math.max(40, page.columns - 8))}\n`;
  return `${who}\nAgent:  ${oneLine(event.agent, 40)}\nDate:   ${timeText(event.time)}\n\n${asked}    ${made}\n`;
}

function rewriteText(
  page: Page,
  { kind, by, evidence, from, commit, time }: Rewrite | ObservedMerge,
): string {
  const how = by === null ? evidence : oneLine(by, 20);
  return `${paint(page, 'yellow', `${kind} ${commit}`)} (${how})\nDate:   ${timeText(time)}\n\n    from ${from.slice(0, 8)}\n`;
}

function timeText(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

function fileText(paths: readonly string[]): string {
  return paths.length === 1 ? oneLine(paths[0]!, 60) : count(paths.length, 'file');
}

/** `3-5, 9`. */
function stepText(steps: readonly number[]): string {
  const runs: Array<[number, number]> = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === step - 1) last[1] = step;
    else runs.push([step, step]);
  }
  return listed(runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)));
}

function listed(words: readonly string[]): string {
  return words.length > 6 ? `${words.slice(0, 6).join(', ')} and ${words.length - 6} more` : words.join(', ');
}
