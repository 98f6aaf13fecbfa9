/** Tells a Pi session by its content. */
import { parseText } from '../shared/entry-reader.ts';
import { type Fields, isFields, textOf } from '../shared/fields.ts';

/** How Pi begins its rows: where reading starts again behind a broken one. */
export const PI_OPENINGS: readonly string[] = [
  '{"type":"message"',
  '{"type":"session"',
  '{"type":"compaction"',
  '{"type":"model_change"',
  '{"type":"thinking_level_change"',
];

const MESSAGE_ROLES: ReadonlySet<unknown> = new Set(['user', 'assistant', 'toolResult', 'bashExecution']);

/** True for the header of a session: `session` rows of other agents name no folder beside their id. */
export function isPiHeader(row: Fields): boolean {
  return row.type === 'session' && textOf(row.id) !== undefined && textOf(row.cwd) !== undefined;
}

/** True for a message row; its role and its time, a number, stand inside, unlike those of other agents. */
export function isPiMessage({ type, message, timestamp }: Fields): boolean {
  return (
    type === 'message' &&
    textOf(timestamp) !== undefined &&
    isFields(message) &&
    MESSAGE_ROLES.has(message.role) &&
    typeof message.timestamp === 'number'
  );
}

/** True when a whole line of `head` is the header or a message of a Pi session. */
export function isPiJsonl(head: Buffer): boolean {
  let start = 0;
  for (let end = head.indexOf(0x0a); start < head.length; end = head.indexOf(0x0a, start)) {
    const row = parseText(head.subarray(start, end < 0 ? head.length : end));
    if (isFields(row) && (isPiHeader(row) || isPiMessage(row))) return true;
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}
