/** Bytes to records: the version is looked at first, then the shape; unknown fields are kept. */
import type * as z from 'zod/mini';
import { OtError } from '../base/errors.ts';

/**
 * Decodes one JSON record. Throws `OT_RECORD_DAMAGED` (not JSON, or not of the schema's shape) and
 * `OT_FORMAT_UNKNOWN` for a newer major version; `where` names the place, content is never quoted.
 */
export function decodeRecord<T extends z.ZodMiniType>(schema: T, bytes: Buffer, where: string): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw damaged(where, 'it is not JSON', cause);
  }
  assertKnownVersion(value, where);
  assertBoundedNesting(value, bytes.length, where);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(where, `field ${issue?.path.join('.') || '(root)'}: ${issue?.code ?? 'invalid'}`);
}

/**
 * Decodes one line of a file of records; throws as {@link decodeRecord} does. `isCommon` may tell the records
 * that need no schema, where the schema of all would cost too much.
 */
export function decodeLine<T extends z.ZodMiniType>(
  schema: T,
  line: string,
  where: string,
  isCommon: (value: unknown) => value is z.infer<T> = (_): _ is z.infer<T> => false,
): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw damaged(where, 'it is not JSON', cause);
  }
  if (isCommon(value)) return value;
  assertKnownVersion(value, where);
  assertBoundedNesting(value, line.length, where);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw damaged(where, `field ${parsed.error.issues[0]?.path.join('.') || '(root)'}`);
}

/** Major versions this program reads, by what precedes the number. */
const KNOWN_MAJOR: ReadonlyMap<string, number> = new Map([
  ['opentraces.bucket.row.v', 1],
  ['opentraces.source.v', 1],
  ['', 0],
]);

/** Versions are `<name>.v<major>` for our own records and `<major>.<minor>.<patch>` for a trace record. */
export function assertKnownVersion(value: unknown, where: string): void {
  const version = (value as { schema_version?: unknown } | null)?.schema_version;
  if (typeof version !== 'string') return;
  const match = /^([a-z_.]*\.v)?(\d{1,9})(?:\.\d{1,9}\.\d{1,9})?$/.exec(version);
  if (match === null) throw damaged(where, 'field schema_version: unreadable');
  const known = KNOWN_MAJOR.get(match[1] ?? '');
  if (known !== undefined && Number(match[2]) > known) {
    throw new OtError(
      'OT_FORMAT_UNKNOWN',
      'usage',
      `${where} has version ${version}, newer than this git-ot reads`,
      {
        hint: 'upgrade git-ot',
      },
    );
  }
}

/** Nesting that every reader can follow by recursion; what we write stays far below. */
const MAX_DEPTH = 1000;

/**
 * Throws `OT_RECORD_DAMAGED` for a value that no capture writes and that a recursive reader would die over.
 * `length` is that of its JSON text: a level takes two brackets, so a short one need not be looked through.
 */
export function assertBoundedNesting(value: unknown, length: number, where: string): void {
  if (length < 2 * MAX_DEPTH) return;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw damaged(where, 'it is nested too deep');
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
}

function damaged(where: string, why: string, cause?: unknown): OtError {
  return new OtError('OT_RECORD_DAMAGED', 'corrupt', `${where} is damaged: ${why}`, {
    hint: 'run: git ot bucket verify --full',
    cause,
  });
}
