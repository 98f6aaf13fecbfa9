/** An `assistant` entry: one part of a model call; all entries of one `message.id` are one step. */

import { quoteInexactNumbers } from '../../base/json-text.ts';
import type { TokenUsage, ToolCall } from '../../record/step.ts';
import { type Entry, parseText } from '../shared/entry-reader.ts';
import { countOf, cutText, type Fields, fieldsOf, filledOf, jsonOf, textOf } from '../shared/fields.ts';
import { boundedInput } from '../shared/tool-input.ts';
import { attachmentOf, blocksOf, blockText } from './content.ts';
import { SYNTHETIC_MODEL } from './model-names.ts';
import { isInherited, type SessionState } from './session-state.ts';
import { readToolResult } from './tool-result.ts';

const CALL_BLOCKS: ReadonlySet<unknown> = new Set(['tool_use', 'server_tool_use', 'mcp_tool_use']);

export function readAssistant(state: SessionState, entry: Entry, repeat: boolean): void {
  const message = fieldsOf(entry.fields.message) ?? {};
  const index = stepOf(state, entry, message);
  const blocks = blocksOf(entry.fields.message);
  blocks.forEach((block, position) => {
    readBlock(state, { entry, index, block, position, repeat });
  });
  if (blocks.length === 0 && !repeat) state.noteEmpty(entry);
  readUsage(state, index, entry, message);
}

/** Number of the step this entry belongs to; makes it when the entry is the first of its message. */
function stepOf(state: SessionState, entry: Entry, message: Fields): number {
  const messageId = filledOf(message.id);
  const requestId = filledOf(entry.fields.requestId);
  const key = messageId ?? requestId ?? filledOf(entry.fields.uuid) ?? `${entry.line}:${entry.offset}`;
  const known = state.messageStep(key);
  if (known !== undefined) return known;
  const index = openMessage(state, entry, message, messageId);
  state.rememberMessage(key, index);
  return index;
}

function openMessage(state: SessionState, entry: Entry, message: Fields, messageId?: string): number {
  const model = filledOf(message.model);
  const isError = entry.fields.isApiErrorMessage === true;
  const kind = isError ? 'api_error' : model === SYNTHETIC_MODEL ? 'notice' : 'model';
  if (kind === 'model') {
    state.tallies.agentMessages += 1;
    if (model !== undefined && !isInherited(entry)) state.tallies.addModel(model);
  }
  return state.openStep(entry, {
    role: 'agent',
    kind,
    ...(model === undefined ? {} : { model }),
    ...(messageId === undefined ? {} : { messageId }),
  });
}

interface BlockPlace {
  readonly entry: Entry;
  readonly index: number;
  readonly block: Fields;
  /** Position among the blocks of its entry, from 0. */
  readonly position: number;
  readonly repeat: boolean;
}

function readBlock(state: SessionState, place: BlockPlace): void {
  const { entry, index, block, repeat } = place;
  const type = block.type;
  if (CALL_BLOCKS.has(type)) state.addCall(index, callOf(state, place));
  else if (typeof type === 'string' && type.endsWith('tool_result'))
    readToolResult(state, entry, block, repeat);
  else if (!repeat) readSaid(state, place);
}

/** Blocks that a repeated entry must not add again: texts, thoughts, images. */
function readSaid(state: SessionState, { entry, index, block }: BlockPlace): void {
  const type = block.type;
  if (type === 'thinking' || type === 'redacted_thinking') {
    state.tallies.thinkingBlocks += 1;
    const text = filledOf(block.thinking);
    if (text !== undefined) state.window.grow(index, { part: 'thinking', text });
    return;
  }
  const attachment = type === 'image' || type === 'document' ? attachmentOf(block) : null;
  if (attachment) {
    state.addAttachment(index, attachment);
    return;
  }
  const text = blockText(block);
  if (text === undefined) state.limits.add('unknown_block', entry, textOf(type) ?? 'no type');
  const shown = text ?? jsonOf(block);
  if (shown !== '') state.window.grow(index, { part: 'text', text: shown });
}

function callOf(state: SessionState, { entry, block, position }: BlockPlace): ToolCall {
  const id = filledOf(block.id) ?? `call-${entry.line}-${position}`;
  return {
    tool_call_id: id,
    tool_name: cutText(filledOf(block.name) ?? 'unknown', 300),
    input: boundedInput(state.limits, entry, block.input ?? {}, () => exactInput(entry, position)),
  };
}

/** The same arguments read again with every number beyond a double's exactness kept as its digits. */
function exactInput(entry: Entry, position: number): unknown {
  const text = quoteInexactNumbers(entry.bytes.toString('utf8'));
  const exact = fieldsOf(parseText(Buffer.from(text, 'utf8'))) ?? {};
  const envelope = fieldsOf(fieldsOf(exact.data)?.message) ?? exact;
  return blocksOf(envelope.message)[position]?.input ?? {};
}

/** What a fork repeats is billed to the session it came from. */
function readUsage(state: SessionState, index: number, entry: Entry, message: Fields): void {
  const usage = isInherited(entry) ? undefined : usageOf(message.usage);
  const stopReason = filledOf(message.stop_reason);
  if (usage) state.tallies.addUsage(index, usage);
  if (!usage && stopReason === undefined) return;
  state.window.grow(index, {
    part: 'usage',
    ...(usage === undefined ? {} : { usage }),
    ...(stopReason === undefined ? {} : { stopReason }),
  });
}

function usageOf(value: unknown): TokenUsage | undefined {
  const usage = fieldsOf(value);
  if (!usage) return undefined;
  const hour = countOf(fieldsOf(usage.cache_creation)?.ephemeral_1h_input_tokens);
  return {
    input_tokens: countOf(usage.input_tokens),
    output_tokens: countOf(usage.output_tokens),
    cache_read_tokens: countOf(usage.cache_read_input_tokens),
    cache_write_tokens: countOf(usage.cache_creation_input_tokens),
    ...(hour === 0 ? {} : { cache_write_1h_tokens: hour }),
    prefix_reuse_tokens: 0,
  };
}
