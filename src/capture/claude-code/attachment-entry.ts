/** An `attachment` entry: what the program put before the model beside the conversation. */

import type { Entry } from '../shared/entry-reader.ts';
import {
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  isFields,
  jsonOf,
  listOf,
  numberOf,
  textOf,
} from '../shared/fields.ts';
import { blocksOf, blockText } from './content.ts';
import type { SessionState } from './session-state.ts';
import { addTurn } from './user-entry.ts';

export function readAttachment(state: SessionState, entry: Entry, repeat: boolean): void {
  if (repeat) return;
  const attachment = fieldsOf(entry.fields.attachment);
  if (!attachment) {
    state.noteEmpty(entry);
    return;
  }
  if (isQueuedPrompt(attachment)) addTurn(state, entry, blocksOf({ content: attachment.prompt }));
  else {
    const metadata = attachmentFacts(attachment);
    state.textStep(entry, { role: 'system', kind: 'attachment', metadata }, attachmentText(attachment));
  }
}

/** A prompt typed while the agent worked reaches the model this way. */
function isQueuedPrompt(attachment: Fields): boolean {
  if (attachment.type !== 'queued_command') return false;
  const mode = attachment.commandMode;
  return (mode === undefined || mode === 'prompt') && blocksOf({ content: attachment.prompt }).length > 0;
}

/** Where the known types keep their text, in the order it is shown. */
const TEXT_KEYS = ['content', 'prompt', 'text', 'snippet', 'stdout', 'stderr', 'blockingError'];

/** What a change of a list added: lines for the model, else bare names. */
const ADDED_KEYS = ['addedLines', 'addedNames', 'addedTypes'];
const REMOVED_KEYS = ['removedNames', 'removedTypes'];

/** All texts of the attachment joined by line feeds; its JSON when it keeps them elsewhere. */
function attachmentText(attachment: Fields): string {
  const texts = new Set(TEXT_KEYS.map((key) => shown(attachment[key])));
  texts.add(ADDED_KEYS.map((key) => shown(attachment[key])).find((text) => text !== '') ?? '');
  for (const key of REMOVED_KEYS) {
    for (const name of listOf(attachment[key])) texts.add(`removed: ${shownItem(name)}`);
  }
  texts.delete('');
  if (texts.size > 0) return [...texts].join('\n');
  return hasMore(attachment) ? jsonOf(attachment) : '';
}

function hasMore(attachment: Fields): boolean {
  return Object.values(attachment).some((value) => isFields(value) || Array.isArray(value));
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(shownItem).join('\n');
  return isFields(value) && Object.keys(value).length > 0 ? shownItem(value) : '';
}

/** Text of a file or of a block; the JSON of anything else. */
function shownItem(item: unknown): string {
  if (typeof item === 'string') return item;
  const fields = fieldsOf(item) ?? {};
  return textOf(fieldsOf(fields.file)?.content) ?? blockText(fields) ?? jsonOf(item);
}

const FACT_KEYS: ReadonlyArray<readonly [string, string]> = [
  ['type', 'type'],
  ['hookName', 'hook_name'],
  ['hookEvent', 'hook_event'],
  ['toolUseID', 'source_call_id'],
  ['command', 'command'],
  ['exitCode', 'exit_code'],
  ['durationMs', 'duration_ms'],
  ['filename', 'file_path'],
  ['path', 'file_path'],
  ['itemCount', 'items'],
  ['skillCount', 'skills'],
  ['commandMode', 'command_mode'],
];

function attachmentFacts(attachment: Fields): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const [key, name] of FACT_KEYS) {
    const value = attachment[key];
    if (filledOf(value) !== undefined) facts[name] = cutText(String(value), 1024);
    else if (numberOf(value) !== undefined) facts[name] = value;
  }
  return facts;
}
