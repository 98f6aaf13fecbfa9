/** What was said: prompts, system texts, answers and thoughts. */

import { patchFactsOf } from '../../record/apply-patch.ts';
import type { ToolCall } from '../../record/step.ts';
import { decodedAttachment } from '../shared/attachment.ts';
import type { Entry } from '../shared/entry-reader.ts';
import {
  countOf,
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  isFields,
  listOf,
  textOf,
} from '../shared/fields.ts';
import { jsonInput, toolInput } from '../shared/tool-input.ts';
import type { CopilotState } from './session-state.ts';

type EventReader = (state: CopilotState, entry: Entry) => void;

export const MESSAGE_EVENTS: ReadonlyArray<readonly [string, EventReader]> = [
  ['system.message', readSystemPrompt],
  ['system.notification', (state, entry) => void addText(state, entry, 'user', 'notice')],
  ['user.message', readPrompt],
  ['skill.invoked', readSkill],
  ['assistant.message', readAnswer],
  ['assistant.reasoning', readThought],
];

/** The payload of an event. */
export function dataOf({ fields }: Entry): Fields {
  return fieldsOf(fields.data) ?? {};
}

function addText(
  state: CopilotState,
  entry: Entry,
  role: 'system' | 'user',
  kind: 'meta' | 'notice' | 'prompt',
  metadata?: Record<string, unknown>,
): number {
  const more = metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata };
  return state.open(entry, { role, kind, ...more }, textOf(dataOf(entry).content) ?? '');
}

/** The prompt of a role takes the place of the one before. */
function readSystemPrompt(state: CopilotState, entry: Entry): void {
  const step = addText(state, entry, 'system', 'meta');
  const role = filledOf(dataOf(entry).role) ?? 'system';
  state.draft.tellAt(step, 'system', `prompt/${cutText(role, 100)}`, { $step: step });
}

/** A text that a skill or the program put in the user's place names its `source`. */
function readPrompt(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  const source = filledOf(data.source);
  const typed = source === undefined || source === 'user';
  const files = attachedFiles(data);
  const index = addText(state, entry, 'user', typed ? 'prompt' : 'meta', {
    ...(typed ? {} : { source: cutText(source, 200) }),
    ...(files.length === 0 ? {} : { attached: files }),
  });
  for (const item of listOf(data.attachments).filter(isFields)) addImage(state, index, item);
  if (!typed) return;
  state.interrupted = false;
  state.draft.prompted(textOf(data.content) ?? '');
}

const MAX_FILES = 100;

/** Files, folders and selections that the user named beside the text. */
function attachedFiles(data: Fields): Array<Record<string, unknown>> {
  const named = listOf(data.attachments).filter(isFields).slice(0, MAX_FILES);
  return named.flatMap((item) => {
    const path = filledOf(item.path) ?? filledOf(item.filePath) ?? filledOf(item.displayName);
    const type = cutText(filledOf(item.type) ?? 'unknown', 40);
    return path === undefined ? [] : [{ type, path: cutText(path, 1024) }];
  });
}

function addImage(state: CopilotState, index: number, item: Fields): void {
  const image = decodedAttachment(item.mimeType, item.data);
  if (image) state.draft.ledger.addAttachment(index, image);
}

function readSkill(state: CopilotState, entry: Entry): void {
  const name = filledOf(dataOf(entry).name);
  const step = addText(state, entry, 'user', 'meta', name === undefined ? {} : { skill: cutText(name, 200) });
  const key = `skill/${cutText(name ?? String(step), 200)}`;
  state.draft.tellAt(step, 'tool_registry', key, { $step: step, in_window: true });
}

/** A message told in several events is one step. */
function readAnswer(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  const { ledger } = state.draft;
  const messageId = filledOf(data.messageId);
  const known = messageId === undefined ? undefined : ledger.messageStep(messageId);
  const index = known ?? openAnswer(state, entry, messageId);
  addThoughts(state, index, data);
  state.draft.grow(index, 'text', textOf(data.content) ?? '');
  listOf(data.toolRequests).forEach((request, position) => {
    if (isFields(request)) ledger.addCall(index, requestedCall(state, entry, request, position));
  });
  addUsage(state, index, data);
}

function openAnswer(state: CopilotState, entry: Entry, messageId: string | undefined): number {
  const { ledger } = state.draft;
  const model = filledOf(dataOf(entry).model) ?? state.model;
  const named = model === undefined ? {} : { model: cutText(model, 200) };
  const id = messageId === undefined ? {} : { messageId };
  const index = state.open(entry, { role: 'agent', kind: 'model', ...named, ...id });
  if (messageId !== undefined) ledger.rememberMessage(messageId, index);
  if (model !== undefined) ledger.tallies.addModel(cutText(model, 200));
  ledger.tallies.agentMessages += 1;
  return index;
}

/** Thoughts stand in the message; events told before it count only where it has none. */
function addThoughts(state: CopilotState, index: number, data: Fields): void {
  const own = filledOf(data.reasoningText);
  const thoughts = own === undefined ? state.thoughts : [own];
  state.thoughts = [];
  for (const text of thoughts) state.draft.grow(index, 'thinking', text);
  state.draft.ledger.tallies.thinkingBlocks += thoughts.length;
}

const MAX_THOUGHTS = 64;

function readThought(state: CopilotState, entry: Entry): void {
  const text = filledOf(dataOf(entry).content);
  if (text !== undefined && state.thoughts.length < MAX_THOUGHTS) state.thoughts.push(text);
}

/** Only the output of a single call is told. */
function addUsage(state: CopilotState, index: number, data: Fields): void {
  const output = countOf(data.outputTokens);
  if (output === 0) return;
  state.hasStepUsage = true;
  const usage = {
    input_tokens: 0,
    output_tokens: output,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    prefix_reuse_tokens: 0,
  };
  state.draft.ledger.tallies.addUsage(index, usage);
  state.draft.ledger.window.grow(index, { part: 'usage', usage });
}

function requestedCall(state: CopilotState, entry: Entry, request: Fields, position: number): ToolCall {
  const path = ['data', 'toolRequests', position, 'arguments'];
  const id = filledOf(request.toolCallId) ?? `call-${entry.line}-${position}`;
  return toolCall(state, entry, { id, name: filledOf(request.name), path, value: request.arguments });
}

interface CallText {
  readonly id: string;
  readonly name: string | undefined;
  /** Keys from the event to the arguments. */
  readonly path: ReadonlyArray<string | number>;
  readonly value: unknown;
}

/** A call; arguments are an object, JSON text of one, or the free text of a custom tool. */
export function toolCall(state: CopilotState, entry: Entry, { id, name, path, value }: CallText): ToolCall {
  const { limits } = state.draft;
  const tool_name = cutText(name ?? 'unknown', 300);
  const input = typeof value === 'string' ? textInput(state, entry, value) : toolInput(entry, path, limits);
  const metadata = patchFactsOf(tool_name, input);
  return { tool_call_id: id, tool_name, input, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
}

function textInput(state: CopilotState, entry: Entry, text: string): unknown {
  return text.trimStart().startsWith('{') ? jsonInput(state.draft.limits, entry, text) : { input: text };
}
