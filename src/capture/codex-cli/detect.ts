/** Tells a Codex rollout by its content, in both of its forms. */
import { type Fields, fieldsOf, isFields } from '../shared/fields.ts';
import { parsedJson } from '../shared/tool-input.ts';

/** Types of the lines of the wrapped form, each with a `payload`. */
const WRAPPED: ReadonlySet<unknown> = new Set([
  'session_meta',
  'turn_context',
  'response_item',
  'event_msg',
  'compacted',
  'world_state',
  'inter_agent_communication',
  'inter_agent_communication_metadata',
]);

/** True for `{timestamp, type, payload}`. */
export function isWrapped(fields: Fields): boolean {
  return WRAPPED.has(fields.type) && isFields(fields.payload);
}

/** True for the first line of the bare form: `{id, timestamp, instructions, git?}`. */
export function isBareHeader(fields: Fields): boolean {
  if (fields.type !== undefined || typeof fields.id !== 'string') return false;
  return typeof fields.timestamp === 'string' && 'instructions' in fields;
}

/** Bare lines of sessions whose header is lost: `record_type`, or a call as only this agent writes it. */
function isBareItem(fields: Fields): boolean {
  if (fields.record_type === 'state') return true;
  const { type } = fields;
  if (type === 'function_call') return typeof fields.call_id === 'string' && fields.payload === undefined;
  return type === 'reasoning' && Array.isArray(fields.summary);
}

/** True when the object is a line of either form that no other agent writes. */
export function isCodexEntry(fields: Fields): boolean {
  return isWrapped(fields) || isBareHeader(fields) || isBareItem(fields);
}

/** How a first line begins that is longer than the head of the file. */
const LONG_FIRST_LINE =
  /^\{(?:"timestamp":"[^"]{0,60}",)?"type":"session_meta","payload":\{|^\{"id":"[^"]{0,100}","timestamp":"[^"]{0,60}","instructions":/;

export function isCodexRollout(head: Buffer): boolean {
  let start = 0;
  for (let end = head.indexOf(0x0a); end >= 0; end = head.indexOf(0x0a, start)) {
    if (isEntryText(head.subarray(start, end))) return true;
    start = end + 1;
  }
  const rest = head.subarray(start);
  return isEntryText(rest) || LONG_FIRST_LINE.test(rest.subarray(0, 400).toString('utf8'));
}

function isEntryText(bytes: Buffer): boolean {
  const fields = fieldsOf(parsedJson(bytes.toString('utf8')));
  return fields !== undefined && isCodexEntry(fields);
}
