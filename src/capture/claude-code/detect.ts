/** Tells a Claude Code transcript by its content. */
import { parseText } from '../shared/entry-reader.ts';
import { type Fields, isFields } from '../shared/fields.ts';

/** Fields that, beside the type, make an entry one of this format; other agents share the bare types. */
const MARKS: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  ['user', ['message']],
  ['assistant', ['message']],
  ['system', ['subtype', 'parentUuid']],
  ['attachment', ['attachment']],
  ['progress', ['data']],
  ['summary', ['summary']],
  ['file-history-snapshot', ['snapshot', 'messageId']],
  ['queue-operation', ['operation']],
  ['last-prompt', ['lastPrompt']],
  ['custom-title', ['customTitle']],
  ['ai-title', ['aiTitle']],
  ['agent-name', ['agentName']],
  ['permission-mode', ['permissionMode']],
  ['pr-link', ['prNumber', 'prUrl']],
]);

/** True when the object has the type and the fields of an entry of this format. */
export function isClaudeEntry(fields: Fields): boolean {
  const marks = MARKS.get(fields.type);
  if (!marks?.some((mark) => fields[mark] !== undefined)) return false;
  const message = fields.message;
  return !isFields(message) || message.content !== undefined || message.parts === undefined;
}

const FIRST_LINE = ['"sessionId":', '"isSidechain":', '"parentUuid":'];

/**
 * True when a whole line of `head` is an entry, or when one long first line begins like an entry.
 */
export function isClaudeJsonl(head: Buffer): boolean {
  let start = 0;
  for (let end = head.indexOf(0x0a); end >= 0; end = head.indexOf(0x0a, start)) {
    const value = parseText(head.subarray(start, end));
    if (isFields(value) && isClaudeEntry(value)) return true;
    start = end + 1;
  }
  const rest = head.subarray(start);
  const value = parseText(rest);
  if (value !== undefined) return isFields(value) && isClaudeEntry(value);
  return start === 0 && rest[0] === 0x7b && FIRST_LINE.filter((mark) => rest.includes(mark)).length >= 2;
}

/** True for one JSON document whose first key is `loglines`. */
export function isClaudeLoglines(head: Buffer): boolean {
  return /^\s*\{\s*"loglines"\s*:\s*\[/.test(head.subarray(0, 1024).toString('utf8'));
}
