/** Tells an OpenCode session by its content: an exported document, or a line for each row or file of a store. */
import { parseText } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, isFields, textOf } from '../shared/fields.ts';
import { membersOf, memberValue } from '../shared/json-document.ts';

/** How our own lines begin: where reading starts again behind a broken one. */
export const ROW_OPENINGS: readonly string[] = ['{"table":"', '{"path":"'];

const TABLES: ReadonlySet<unknown> = new Set(['session', 'message', 'part', 'todo']);
const STORED_PATH = /^(?:session|message|part)\/[^/]{1,300}\/[^/]{1,300}\.json$/;

/** True for one document `{info, messages}` whose `info` is that of a session. */
export function isExport(head: Buffer): boolean {
  const members = membersOf(head);
  if (!members.has('messages')) return false;
  const info = fieldsOf(memberValue(head, members, 'info'));
  return textOf(info?.id) !== undefined && isFields(info?.time);
}

/** True for a row of a table of the database. */
export function isRow({ table, row }: Fields): boolean {
  return TABLES.has(table) && isFields(row);
}

/** True for a file of the storage tree. */
export function isStoredFile({ path }: Fields): boolean {
  return typeof path === 'string' && path.length < 1000 && STORED_PATH.test(path);
}

/** True when the first whole line of `head` is what `accept` looks for. */
export function firstLineIs(head: Buffer, accept: (fields: Fields) => boolean): boolean {
  const end = head.indexOf(0x0a);
  const line = parseText(end < 0 ? head : head.subarray(0, end));
  return isFields(line) && accept(line);
}
