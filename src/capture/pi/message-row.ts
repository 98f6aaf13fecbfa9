/** A `message` row: a prompt, a model call, a tool's result, or a command the user ran. */
import type { TokenUsage } from '../../record/step.ts';
import type { Entry } from '../shared/entry-reader.ts';
import {
  countOf,
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  jsonOf,
  numberOf,
  textOf,
} from '../shared/fields.ts';
import { toolInput } from '../shared/tool-input.ts';
import { blocksOf, imageOf, type Said, saidIn } from './blocks.ts';
import type { PiState } from './session-state.ts';
import { readToolResult } from './tool-result.ts';

type RoleReader = (state: PiState, entry: Entry, message: Fields) => void;

const READERS: ReadonlyMap<unknown, RoleReader> = new Map<unknown, RoleReader>([
  ['user', readUser],
  ['assistant', readAssistant],
  ['toolResult', readToolResult],
  ['bashExecution', readBash],
  ['custom', readInjected],
  ['hookMessage', readInjected],
  ['branchSummary', readInjected],
  ['compactionSummary', readInjected],
]);

export function readMessage(state: PiState, entry: Entry): void {
  const message = fieldsOf(entry.fields.message) ?? {};
  const reader = READERS.get(message.role);
  if (reader) reader(state, entry, message);
  else {
    const role = textOf(message.role) ?? 'no role';
    state.draft.limits.add('unknown_entry', entry, `message/${role}`);
    readInjected(state, entry, message);
  }
}

function readUser(state: PiState, entry: Entry, message: Fields): void {
  const said = saidIn(message.content);
  addSaid(state, entry, state.open(entry, { role: 'user', kind: 'prompt' }, said.text), said);
  state.draft.prompted(said.text ?? '');
}

/** What the program or an extension put in the user's place. */
export function readInjected(state: PiState, entry: Entry, message: Fields): void {
  const said = saidIn(message.content);
  const text = said.text ?? textOf(message.summary) ?? '';
  const type = filledOf(message.customType);
  const metadata = type === undefined ? {} : { metadata: { custom_type: cutText(type, 200) } };
  addSaid(state, entry, state.open(entry, { role: 'user', kind: 'meta', ...metadata }, text), said);
}

function addSaid(state: PiState, entry: Entry, index: number, said: Said): void {
  for (const type of said.unknown) state.draft.limits.add('unknown_block', entry, type);
  for (const attachment of said.attachments) state.draft.ledger.addAttachment(index, attachment);
}

function readAssistant(state: PiState, entry: Entry, message: Fields): void {
  const index = openCall(state, entry, message);
  blocksOf(message.content).forEach((block, position) => {
    readBlock(state, { entry, index, block, position });
  });
  const error = filledOf(message.errorMessage);
  if (message.stopReason === 'error' && error !== undefined) state.draft.grow(index, 'text', error);
  readUsage(state, index, message);
}

function openCall(state: PiState, entry: Entry, message: Fields): number {
  const { tallies } = state.draft.ledger;
  const model = filledOf(message.model);
  const messageId = filledOf(message.responseId);
  const error = filledOf(message.errorMessage);
  tallies.agentMessages += 1;
  if (model !== undefined) tallies.addModel(model);
  return state.open(entry, {
    role: 'agent',
    kind: message.stopReason === 'error' ? 'api_error' : 'model',
    ...(model === undefined ? {} : { model }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(error === undefined ? {} : { metadata: { error_message: cutText(error, 1000) } }),
  });
}

interface BlockPlace {
  readonly entry: Entry;
  readonly index: number;
  readonly block: Fields;
  /** Position among the blocks of its message, from 0. */
  readonly position: number;
}

function readBlock(state: PiState, place: BlockPlace): void {
  const { draft } = state;
  const { entry, index, block } = place;
  const image = imageOf(block);
  if (block.type === 'toolCall') addCall(state, place);
  else if (block.type === 'thinking') {
    draft.ledger.tallies.thinkingBlocks += 1;
    draft.grow(index, 'thinking', textOf(block.thinking) ?? '');
  } else if (block.type === 'text') draft.grow(index, 'text', textOf(block.text) ?? '');
  else if (image) draft.ledger.addAttachment(index, image);
  else {
    draft.limits.add('unknown_block', entry, textOf(block.type) ?? 'no type');
    draft.grow(index, 'text', jsonOf(block));
  }
}

function addCall({ draft }: PiState, { entry, index, block, position }: BlockPlace): void {
  draft.ledger.addCall(index, {
    tool_call_id: filledOf(block.id) ?? `call-${entry.line}-${position}`,
    tool_name: cutText(filledOf(block.name) ?? 'unknown', 300),
    input: toolInput(entry, ['message', 'content', position, 'arguments'], draft.limits),
  });
}

function readUsage(state: PiState, index: number, message: Fields): void {
  const stopReason = filledOf(message.stopReason);
  state.lastStop = stopReason;
  const usage = fieldsOf(message.usage);
  state.costUsd += Math.max(0, numberOf(fieldsOf(usage?.cost)?.total) ?? 0);
  const { ledger } = state.draft;
  const tokens = usage && usageOf(usage);
  if (tokens) ledger.tallies.addUsage(index, tokens);
  ledger.window.grow(index, {
    part: 'usage',
    ...(tokens === undefined ? {} : { usage: tokens }),
    ...(stopReason === undefined ? {} : { stopReason }),
  });
}

function usageOf(usage: Fields): TokenUsage {
  return {
    input_tokens: countOf(usage.input),
    output_tokens: countOf(usage.output),
    cache_read_tokens: countOf(usage.cacheRead),
    cache_write_tokens: countOf(usage.cacheWrite),
    prefix_reuse_tokens: 0,
  };
}

/** A command the user typed after `!`, with what it printed. */
function readBash(state: PiState, entry: Entry, message: Fields): void {
  const output = textOf(message.output) ?? '';
  const exitCode = numberOf(message.exitCode);
  const metadata = {
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(message.cancelled === true ? { cancelled: true } : {}),
    ...(message.truncated === true ? { truncated: true } : {}),
    ...(message.excludeFromContext === true ? { excluded_from_context: true } : {}),
  };
  const index = state.open(
    entry,
    { role: 'user', kind: 'command', metadata },
    `! ${textOf(message.command) ?? ''}`,
  );
  state.draft.grow(index, 'text', output);
}
