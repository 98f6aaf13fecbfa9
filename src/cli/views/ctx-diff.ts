/** Text view of `ctx diff`: `+` entered, `-` left, `~` is not what it was. */
import type { ContextDiff } from '../../context/diff.ts';
import type { ContextMessage } from '../../context/messages.ts';
import { count, oneLine, type Page, paint } from './page.ts';

export function diffView(page: Page, diff: ContextDiff): string {
  const { before, after } = diff.token_estimate;
  const lines = [
    `--- ${diff.before_node_id}  about ${count(before, 'token')}`,
    `+++ ${diff.after_node_id}  about ${count(after, 'token')}`,
    ...diff.removed.map((message) => paint(page, 'red', `- ${messageLine(message)}`)),
    ...diff.added.map((message) => paint(page, 'green', `+ ${messageLine(message)}`)),
    ...diff.changed_messages.map(({ step_index, left_parts, entered_parts, dropped_results }) => {
      const facts = [
        ...left_parts.map((part) => `-${part}`),
        ...entered_parts.map((part) => `+${part}`),
        ...(dropped_results.length === 0 ? [] : [`-${dropped_results.length} of its results`]),
      ];
      return `~ #${step_index}  ${facts.join(' ')}`;
    }),
    ...diff.changed.flatMap(({ layer_type, removed_keys, added_keys, changed_keys }) => [
      ...removed_keys.map((key) => paint(page, 'red', `- ${layer_type} ${oneLine(key, 80)}`)),
      ...added_keys.map((key) => paint(page, 'green', `+ ${layer_type} ${oneLine(key, 80)}`)),
      ...changed_keys.map((key) => `~ ${layer_type} ${oneLine(key, 80)}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function messageLine({ step_index, role, parts, token_estimate }: ContextMessage): string {
  return `#${step_index} ${role}  ${parts.join(' ')}  ~${token_estimate}`;
}
