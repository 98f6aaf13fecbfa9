/** A `system` entry: compaction, errors of the API, local commands, timings, notices. */
import type { Entry } from '../shared/entry-reader.ts';
import {
  countOf,
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  jsonOf,
  listOf,
  numberOf,
  textOf,
  timeOf,
} from '../shared/fields.ts';
import type { SessionState } from './session-state.ts';
import { noteTurn } from './user-entry.ts';

const MAX_TOOL_IDS = 2000;

type SystemReader = (state: SessionState, entry: Entry) => void;

/** Subtypes whose text is a notice like any other. */
const NOTICES = ['informational', 'away_summary', 'post_turn_summary', 'memory_saved', 'scheduled_task_fire'];

const READERS: ReadonlyMap<string, SystemReader> = new Map<string, SystemReader>([
  ['compact_boundary', readCompaction],
  ['microcompact_boundary', readMicrocompaction],
  ['api_error', readApiError],
  ['local_command', readLocalCommand],
  ['turn_duration', (state, entry) => state.notes.noteTurn(entry.fields)],
  ['stop_hook_summary', (state, entry) => state.notes.noteStopHooks(entry.fields)],
  ['bridge_status', (state) => state.notes.count('bridge_status')],
  ['init', (state, entry) => state.notes.noteInit(entry.fields)],
  ...NOTICES.map((name): [string, SystemReader] => [name, readNotice]),
]);

export function readSystem(state: SessionState, entry: Entry, repeat: boolean): void {
  if (repeat) return;
  const subtype = filledOf(entry.fields.subtype);
  const reader = subtype === undefined ? readNotice : READERS.get(subtype);
  if (reader) reader(state, entry);
  else {
    state.limits.add('unknown_entry', entry, `system/${subtype}`);
    readNotice(state, entry);
  }
}

/** Text the program showed; without any there is no step. */
function readNotice(state: SessionState, entry: Entry): void {
  const text = textOf(entry.fields.content) ?? textOf(entry.fields.summary);
  if (text !== undefined && text !== '') state.textStep(entry, { role: 'system', kind: 'notice' }, text);
}

function readCompaction(state: SessionState, entry: Entry): void {
  const facts = fieldsOf(entry.fields.compactMetadata) ?? {};
  const metadata = compactionFacts(facts);
  const text = textOf(entry.fields.content) ?? '';
  const step_index = state.textStep(entry, { role: 'system', kind: 'compact_boundary', metadata }, text);
  state.notes.compactions.add({ step_index, timestamp: timeOf(entry.fields.timestamp), ...metadata });
}

function readMicrocompaction(state: SessionState, entry: Entry): void {
  const facts = fieldsOf(entry.fields.microcompactMetadata) ?? {};
  const ids = listOf(facts.compactedToolIds).filter((id) => typeof id === 'string');
  const metadata = {
    ...compactionFacts(facts),
    tokens_saved: countOf(facts.tokensSaved),
    compacted_tool_ids: ids.slice(0, MAX_TOOL_IDS).map((id) => cutText(id, 200)),
  };
  const text = textOf(entry.fields.content) ?? '';
  state.textStep(entry, { role: 'system', kind: 'microcompact_boundary', metadata }, text);
}

function compactionFacts(facts: Fields): Record<string, unknown> {
  const trigger = cutText(filledOf(facts.trigger) ?? 'unknown', 40);
  return { trigger, pre_tokens: countOf(facts.preTokens) };
}

function readApiError(state: SessionState, entry: Entry): void {
  const { fields } = entry;
  const error = fieldsOf(fields.error) ?? {};
  const status = numberOf(error.status);
  const metadata = {
    retry_attempt: countOf(fields.retryAttempt),
    max_retries: countOf(fields.maxRetries),
    retry_in_ms: numberOf(fields.retryInMs) ?? 0,
    ...(status === undefined ? {} : { status }),
  };
  const text = textOf(fields.content) ?? errorText(fields);
  state.textStep(entry, { role: 'system', kind: 'api_error', metadata }, text);
}

/** The innermost message of an API error; its JSON when no rule finds one. */
function errorText(fields: Fields): string {
  let error: unknown = fields.error ?? fields.cause;
  let found: string | undefined;
  for (let depth = 0; depth < 5; depth += 1) {
    const level = fieldsOf(error);
    if (!level) break;
    found = filledOf(level.message) ?? filledOf(level.code) ?? found;
    error = level.error ?? level.cause;
  }
  return filledOf(error) ?? found ?? jsonOf(fields.error ?? null);
}

/** `/name` or its output; older versions wrote the same as a user entry. */
function readLocalCommand(state: SessionState, entry: Entry): void {
  const text = textOf(entry.fields.content) ?? '';
  state.textStep(entry, { role: 'user', kind: 'command' }, text);
  noteTurn(state, 'command', [text]);
}
