/** Each message of a Gemini CLI session is one step; results stand inside the calls of their message. */
import { hashObject } from '../../git/object-codec.ts';
import type { TokenUsage } from '../../record/step.ts';
import {
  countOf,
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  isFields,
  listOf,
  textOf,
  timeOf,
} from '../shared/fields.ts';
import type { ParsedObservation } from '../shared/parts.ts';
import type { SessionDraft } from '../shared/session-draft.ts';
import type { NewStep } from '../shared/step-ledger.ts';
import { toolInput } from '../shared/tool-input.ts';
import { saidIn } from './content.ts';
import type { Message } from './conversation.ts';

export function addMessage(draft: SessionDraft, message: Message): void {
  const { fields } = message;
  draft.span.observe(timeOf(fields.timestamp));
  const said = saidIn(fields.content);
  const index = draft.textStep(stepOf(message, draft.ledger.window.count), said.text ?? '');
  for (const attachment of said.attachments) draft.ledger.addAttachment(index, attachment);
  if (fields.type === 'user') draft.prompted(said.text ?? '');
  if (fields.type === 'gemini') addModelParts(draft, index, message);
}

/** `before`: steps there are so far. */
function stepOf({ fields, line, offset, parent, keeps }: Message, before: number): NewStep {
  const follows = (parent ?? 0) === before ? {} : { parent_step: parent };
  const common = {
    timestamp: timeOf(fields.timestamp),
    origin: { message_id: String(fields.id), ...follows, line, offset },
    ...(keeps === undefined ? {} : { metadata: keepsFacts(keeps) }),
  };
  if (fields.type === 'user') return { role: 'user', kind: 'prompt', ...common };
  if (fields.type === 'gemini') {
    const model = filledOf(fields.model);
    return { role: 'agent', kind: 'model', ...(model === undefined ? {} : { model }), ...common };
  }
  const { metadata, ...place } = common;
  return { role: 'system', kind: 'notice', metadata: { level: fields.type, ...metadata }, ...place };
}

function keepsFacts({ runs, newFirst }: NonNullable<Message['keeps']>): Record<string, unknown> {
  return { window_keeps: runs, ...(newFirst > 0 ? { window_new_first: newFirst } : {}) };
}

function addModelParts(draft: SessionDraft, index: number, message: Message): void {
  const { fields } = message;
  const { tallies } = draft.ledger;
  const model = filledOf(fields.model);
  tallies.agentMessages += 1;
  if (model !== undefined) tallies.addModel(model);
  for (const thought of listOf(fields.thoughts).filter(isFields)) {
    tallies.thinkingBlocks += 1;
    draft.grow(index, 'thinking', thoughtText(thought));
  }
  listOf(fields.toolCalls).forEach((call, position) => {
    if (isFields(call)) addCall(draft, { index, message, call, position });
  });
  addUsage(draft, index, fields.tokens);
}

function thoughtText({ subject, description }: Fields): string {
  return [textOf(subject), textOf(description)]
    .filter((text) => text !== undefined && text !== '')
    .join('\n');
}

/**
 * The agent counts cached tokens as part of the input, and thoughts and tool prompts apart: here the input is
 * what was not cached, and thoughts are output.
 */
function addUsage(draft: SessionDraft, index: number, value: unknown): void {
  const tokens = fieldsOf(value);
  if (!tokens) return;
  const cached = countOf(tokens.cached);
  const usage: TokenUsage = {
    input_tokens: Math.max(0, countOf(tokens.input) - cached) + countOf(tokens.tool),
    output_tokens: countOf(tokens.output) + countOf(tokens.thoughts),
    cache_read_tokens: cached,
    cache_write_tokens: 0,
    prefix_reuse_tokens: 0,
  };
  draft.ledger.tallies.addUsage(index, usage);
  draft.ledger.window.grow(index, { part: 'usage', usage });
}

interface CallPlace {
  readonly index: number;
  readonly message: Message;
  readonly call: Fields;
  /** Position among the calls of its message, from 0. */
  readonly position: number;
}

function addCall(draft: SessionDraft, { index, message, call, position }: CallPlace): void {
  const { ledger } = draft;
  const id = filledOf(call.id) ?? `call-${message.line}-${message.offset}-${position}`;
  ledger.addCall(index, {
    tool_call_id: id,
    tool_name: cutText(filledOf(call.name) ?? 'unknown', 300),
    input: toolInput(message, ['toolCalls', position, 'args'], draft.limits),
  });
  const home = ledger.callStep(id) ?? index;
  if (call.result !== undefined && call.result !== null)
    addResult(draft, { index: home, message, call, position }, id);
  ledger.linkSubagent(id, call.agentId);
}

/** A call written with its result; an empty list of parts is a result without words. */
function addResult(draft: SessionDraft, { index, message, call }: CallPlace, callId: string): void {
  const { ledger } = draft;
  const said = saidIn(call.result, callId);
  const error = ERRORS.get(call.status);
  ledger.tallies.toolResults += 1;
  if (error === 'tool_error') ledger.tallies.toolErrors += 1;
  const observation: ParsedObservation = {
    source_call_id: callId,
    ...(said.text === undefined ? {} : { content: said.text }),
    ...(error === undefined ? {} : { error }),
    ...shownBefore(call, message),
  };
  ledger.addObservation(index, observation, said.attachments);
}

/** The file as it was before an edit: by its blob id and the place of the message, or that there was none. */
function shownBefore(
  { resultDisplay }: Fields,
  { line, offset }: Message,
): Pick<ParsedObservation, 'metadata'> {
  const { originalContent: before, newContent: after } = fieldsOf(resultDisplay) ?? {};
  if (typeof after !== 'string') return {};
  if (before === null) return { metadata: { type: 'create' } };
  if (typeof before !== 'string') return {};
  return { metadata: { before: { blob: hashObject('sha1', 'blob', Buffer.from(before)), line, offset } } };
}

const ERRORS: ReadonlyMap<unknown, string> = new Map([
  ['error', 'tool_error'],
  ['cancelled', 'interrupted'],
]);
