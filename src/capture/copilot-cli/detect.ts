/** Tells a Copilot CLI session by its content. */
import { parseText } from '../shared/entry-reader.ts';
import { type Fields, isFields, textOf } from '../shared/fields.ts';

/** How the agent begins its events: where reading starts again behind a broken one. */
export const COPILOT_OPENINGS: readonly string[] = ['{"type":"'];

const FAMILIES: ReadonlySet<string> = new Set([
  ...['session', 'system', 'user', 'assistant', 'tool', 'hook', 'permission', 'subagent', 'skill'],
]);

/** True for `{type, data, id, timestamp, parentId}` with a type that this family of programs uses. */
export function isCopilotEvent({ type, data, id, timestamp, parentId }: Fields): boolean {
  if (typeof type !== 'string' || !isFields(data) || textOf(timestamp) === undefined) return false;
  const linked = textOf(id) !== undefined && (parentId === null || typeof parentId === 'string');
  return linked && (type === 'abort' || FAMILIES.has(type.split('.', 1)[0] ?? ''));
}

/** The chat of an editor writes the same events, but says so in its first one. */
function isOfTerminal({ data }: Fields): boolean {
  return isFields(data) && data.vscodeVersion === undefined && textOf(data.copilotVersion) !== undefined;
}

/** True when the first event in `head` is one of a session in a terminal. */
export function isCopilotEvents(head: Buffer): boolean {
  let start = 0;
  for (let end = head.indexOf(0x0a); start < head.length; end = head.indexOf(0x0a, start)) {
    const event = parseText(head.subarray(start, end < 0 ? head.length : end));
    if (isFields(event) && isCopilotEvent(event)) {
      return event.type === 'session.start' ? isOfTerminal(event) : isTelling(event);
    }
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}

/** Without its first event, a session is known by one that only this agent writes. */
function isTelling({ type }: Fields): boolean {
  return typeof type === 'string' && type.split('.').length === 2;
}
