/** Tells a Gemini CLI session by its content: one document, or a line for each record. */
import { skipJsonSpace } from '../../base/json-text.ts';
import { parseText } from '../shared/entry-reader.ts';
import { type Fields, isFields, textOf } from '../shared/fields.ts';
import { elementsOf, membersOf } from '../shared/json-document.ts';

/** How the agent begins its lines: where reading starts again behind a broken one. */
export const GEMINI_OPENINGS: readonly string[] = ['{"id":"', '{"$set":', '{"$rewindTo":', '{"sessionId":'];

const MESSAGE_TYPES: ReadonlySet<unknown> = new Set(['user', 'gemini', 'info', 'warning', 'error']);

export function isMessage({ id, type, content }: Fields): boolean {
  return textOf(id) !== undefined && MESSAGE_TYPES.has(type) && content !== undefined;
}

/** The first line, and any later one that changes the session's own facts. */
export function isMetadata(record: Fields): boolean {
  return isFields(record.$set) || (textOf(record.sessionId) !== undefined && record.type === undefined);
}

/** True for one document with the names of a recorded conversation. */
export function isGeminiDocument(head: Buffer): boolean {
  if (hasSecondRecord(head)) return false;
  const members = membersOf(head);
  const messages = members.get('messages');
  if (members.has('info') || messages === undefined) return false;
  if (members.has('sessionId') && members.has('projectHash')) return true;
  const [first] = elementsOf(head, messages.start, { add: () => undefined });
  return first !== undefined && isMessage(first.fields);
}

/** True when the first line is a whole object and another one begins behind it. */
function hasSecondRecord(head: Buffer): boolean {
  const end = head.indexOf(0x0a);
  if (end < 0 || head[skipJsonSpace(head, end)] !== 0x7b) return false;
  return isFields(parseText(head.subarray(0, end)));
}

/** True when a whole line of `head` is a record that no other agent writes. */
export function isGeminiJsonl(head: Buffer): boolean {
  let start = 0;
  for (let end = head.indexOf(0x0a); start < head.length; end = head.indexOf(0x0a, start)) {
    const record = parseText(head.subarray(start, end < 0 ? head.length : end));
    if (isFields(record) && isOwn(record)) return true;
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}

function isOwn(record: Fields): boolean {
  if (isFields(record.$set) || typeof record.$rewindTo === 'string') return true;
  if (record.type === 'gemini') return isMessage(record);
  return isMetadata(record) && textOf(record.projectHash) !== undefined;
}
