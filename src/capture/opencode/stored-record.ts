/** The lines we make of a database or a storage tree, read back as sessions, messages and parts. */
import { type Entry, parseText } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, filledOf, isFields, textOf } from '../shared/fields.ts';
import { isRow, isStoredFile } from './detect.ts';

export interface StoredRecord {
  /** `session`, `message`, `part`, or the name of another table. */
  readonly kind: string;
  readonly id: string | undefined;
  readonly sessionId: string | undefined;
  /** Of a part: the message it belongs to. */
  readonly messageId: string | undefined;
  readonly fields: Fields;
  /** The entry that `fields` stand in at `path`. */
  readonly entry: Entry;
  readonly path: readonly string[];
}

/** Null when the line is no such record, or holds no JSON object where one should be. */
export function storedRecordOf(entry: Entry): StoredRecord | null {
  if (isRow(entry.fields)) return fromRow(entry, fieldsOf(entry.fields.row) ?? {});
  return isStoredFile(entry.fields) ? fromFile(entry, String(entry.fields.path)) : null;
}

function fromRow(entry: Entry, row: Fields): StoredRecord | null {
  const kind = String(entry.fields.table);
  const id = filledOf(row.id);
  const sessionId = kind === 'session' ? id : filledOf(row.session_id);
  const common = { kind, id, sessionId, messageId: filledOf(row.message_id) };
  if (row.data === undefined) return { ...common, fields: row, entry, path: ['row'] };
  const content = contentAt(entry, row.data, ['row', 'data']);
  return content && { ...common, ...content };
}

function fromFile(entry: Entry, path: string): StoredRecord | null {
  const { content, text } = entry.fields;
  const found = contentAt(entry, content ?? text, ['content']);
  if (!found) return null;
  const [kind = '', folder = '', name = ''] = path.split('/');
  const { id: told, sessionID, messageID } = found.fields;
  const id = filledOf(told) ?? name.slice(0, -'.json'.length);
  const sessions = new Map([
    ['session', id],
    ['message', filledOf(sessionID) ?? folder],
  ]);
  const messageId = kind === 'part' ? (filledOf(messageID) ?? folder) : undefined;
  return { kind, id, sessionId: sessions.get(kind) ?? filledOf(sessionID), messageId, ...found };
}

/** JSON that stands in the line as an object, or as text that could not be written as one. */
function contentAt(
  entry: Entry,
  value: unknown,
  path: readonly string[],
): Pick<StoredRecord, 'fields' | 'entry' | 'path'> | null {
  if (isFields(value)) return { fields: value, entry, path };
  const text = textOf(value);
  const bytes = text === undefined ? undefined : Buffer.from(text, 'utf8');
  const fields = bytes === undefined ? undefined : parseText(bytes);
  if (bytes === undefined || !isFields(fields)) return null;
  return { fields, entry: { ...entry, fields, bytes }, path: [] };
}
