/** Lines of a rollout to entries, wrapped and bare ones alike. */
import type { Line } from '../../base/jsonl.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf } from '../shared/fields.ts';
import type { Limitations } from '../shared/limitations.ts';
import { isBareHeader, isWrapped } from './detect.ts';

const OPENINGS = ['{"timestamp":', '{"type":', '{"record_type":'];

/** One line of a rollout, whatever its form. */
export interface RolloutEntry extends Entry {
  /** Type of the wrapped form; a bare item is a `response_item`, the bare header a `session_meta`. */
  readonly kind: string;
  /** What the line says: its payload, or itself in the bare form. */
  readonly payload: Fields;
  /** Keys from the line's own object to the payload. */
  readonly path: readonly string[];
}

export function readRolloutEntries(line: Line, limits: Limitations): RolloutEntry[] {
  return readEntries(line, limits, OPENINGS).map(rolloutEntry);
}

function rolloutEntry(entry: Entry): RolloutEntry {
  const { fields } = entry;
  if (isWrapped(fields)) {
    const payload = fieldsOf(fields.payload) ?? {};
    return { ...entry, kind: String(fields.type), payload, path: ['payload'] };
  }
  return { ...entry, kind: bareKind(fields), payload: fields, path: [] };
}

function bareKind(fields: Fields): string {
  if (isBareHeader(fields)) return 'session_meta';
  if (fields.record_type === 'state') return 'state';
  if (fields.payload !== undefined) return typeof fields.type === 'string' ? fields.type : 'no type';
  return 'response_item';
}
