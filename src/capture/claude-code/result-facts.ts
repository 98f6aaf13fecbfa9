/** Small facts out of `toolUseResult`, the agent program's own view of a result; its texts stand elsewhere. */
import { hashObject } from '../../git/object-codec.ts';
import { type Fields, fieldsOf, isFields, listOf, numberOf } from '../shared/fields.ts';
import type { Place } from '../shared/limitations.ts';

/** Source key to key in the observation's metadata; strings of up to 1024 units, numbers and booleans. */
const FACTS: ReadonlyArray<readonly [string, string]> = [
  ['type', 'type'],
  ['status', 'status'],
  ['exitCode', 'exit_code'],
  ['returnCodeInterpretation', 'exit_code_meaning'],
  ['interrupted', 'interrupted'],
  ['isImage', 'is_image'],
  ['backgroundTaskId', 'background_task_id'],
  ['persistedOutputPath', 'persisted_output_path'],
  ['persistedOutputSize', 'persisted_output_bytes'],
  ['filePath', 'file_path'],
  ['userModified', 'user_modified'],
  ['replaceAll', 'replace_all'],
  ['mode', 'mode'],
  ['numFiles', 'files'],
  ['numLines', 'lines'],
  ['numMatches', 'matches'],
  ['truncated', 'truncated'],
  ['agentId', 'agent_id'],
  ['totalTokens', 'total_tokens'],
  ['totalToolUseCount', 'total_tool_calls'],
  ['taskId', 'task_id'],
  ['commandName', 'command_name'],
  ['success', 'success'],
  ['code', 'http_status'],
  ['bytes', 'bytes'],
];

/** Facts about the file a Read returned. */
const FILE_FACTS: ReadonlyArray<readonly [string, string]> = [
  ['filePath', 'file_path'],
  ['startLine', 'start_line'],
  ['numLines', 'lines'],
  ['totalLines', 'total_lines'],
  ['originalSize', 'bytes'],
];

const MAX_TEXT = 1024;
const MAX_NAMES = 100;
const MAX_CHANGES = 1000;

/**
 * Undefined when there is nothing to tell. Flags that are false are left out. `before` names the file as it was
 * before an edit by its blob id, and the entry that holds its text.
 */
export function resultFactsOf(
  value: unknown,
  toolReferences: readonly string[],
  { line, offset }: Place,
): Record<string, unknown> | undefined {
  const facts: Record<string, unknown> = {};
  if (isFields(value)) {
    copyFacts(value, FACTS, facts);
    const file = fieldsOf(value.file);
    if (file) copyFacts(file, FILE_FACTS, facts);
    if (Array.isArray(value.structuredPatch)) copyPatch(listOf(value.structuredPatch), facts);
    if (typeof value.originalFile === 'string' && isChange(value))
      facts.before = { blob: hashObject('sha1', 'blob', Buffer.from(value.originalFile)), line, offset };
    const duration = durationOf(value);
    if (duration !== undefined) facts.duration_ms = duration;
  }
  if (toolReferences.length > 0) facts.tool_references = toolReferences.slice(0, MAX_NAMES);
  return Object.keys(facts).length > 0 ? facts : undefined;
}

/** An edit, not a file that was read. */
function isChange(value: Fields): boolean {
  return (
    Array.isArray(value.structuredPatch) || typeof value.newString === 'string' || Array.isArray(value.edits)
  );
}

/** Number of hunks, and the changed lines in them as `[old start, old lines, new start, new lines]`, from 1. */
function copyPatch(hunks: readonly unknown[], into: Record<string, unknown>): void {
  into.hunks = hunks.length;
  const changes = hunks.flatMap(changesIn);
  if (changes.length > 0 && changes.length <= MAX_CHANGES) into.changes = changes;
}

function changesIn(value: unknown): number[][] {
  const { oldStart, newStart, lines } = fieldsOf(value) ?? {};
  if (!Number.isSafeInteger(oldStart) || !Number.isSafeInteger(newStart)) return [];
  const place = { old: Number(oldStart), new: Number(newStart) };
  const changes: number[][] = [];
  let open: number[] | null = null;
  for (const line of listOf(lines)) {
    const mark = typeof line === 'string' ? line[0] : '';
    if (mark === '+' || mark === '-') {
      open ??= opened(changes, place);
      open[mark === '-' ? 1 : 3]! += 1;
    } else if (mark !== '\\') open = null;
    if (mark !== '+' && mark !== '\\') place.old += 1;
    if (mark !== '-' && mark !== '\\') place.new += 1;
  }
  return changes;
}

function opened(changes: number[][], place: { readonly old: number; readonly new: number }): number[] {
  const change = [place.old, 0, place.new, 0];
  changes.push(change);
  return change;
}

function copyFacts(
  from: Fields,
  table: ReadonlyArray<readonly [string, string]>,
  into: Record<string, unknown>,
): void {
  for (const [key, name] of table) {
    const value = from[key];
    const small = typeof value === 'string' ? value !== '' && value.length <= MAX_TEXT : value === true;
    if (small || numberOf(value) !== undefined) into[name] = value;
  }
}

/** Whole milliseconds: some versions write fractions, the schema has none. */
function durationOf(value: Fields): number | undefined {
  const milliseconds = numberOf(value.durationMs) ?? numberOf(value.totalDurationMs);
  if (milliseconds !== undefined) return Math.round(milliseconds);
  const seconds = numberOf(value.durationSeconds) ?? numberOf(value.duration);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}
