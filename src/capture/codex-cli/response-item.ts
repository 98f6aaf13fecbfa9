/** A response item: a message, a thought, a call, an output. */
import { decodedAttachment } from '../shared/attachment.ts';
import { cutText, type Fields, fieldsOf, filledOf, jsonOf, listOf, textOf } from '../shared/fields.ts';
import { CALL_KINDS, callOf, generatedImage, SERVER_KINDS } from './calls.ts';
import { contentOf } from './content.ts';
import { settlePrompts } from './event.ts';
import type { RolloutEntry } from './lines.ts';
import { type CallOutput, outputOf, searchOutputOf, spawnedAgent } from './output.ts';
import type { CodexState } from './session-state.ts';
import { folderIn, isInstructions, textKind, turnKind } from './turn-kind.ts';

type ItemReader = (state: CodexState, entry: RolloutEntry) => void;

const READERS: ReadonlyMap<unknown, ItemReader> = new Map<unknown, ItemReader>([
  ['message', readMessage],
  [undefined, readMessage],
  ['reasoning', readReasoning],
  ...[...CALL_KINDS.keys()].map((type): [unknown, ItemReader] => [type, readCall]),
  ['function_call_output', readOutput],
  ['custom_tool_call_output', readOutput],
  ['tool_search_output', readOutput],
  ['ghost_snapshot', readSnapshot],
  ['compaction', readCompactionItem],
  ['compaction_summary', readCompactionItem],
  ['context_compaction', readCompactionItem],
]);

export function readResponseItem(state: CodexState, entry: RolloutEntry): void {
  const reader = READERS.get(entry.payload.type);
  if (reader) reader(state, entry);
  else state.draft.limits.add('unknown_entry', entry, `response_item/${String(entry.payload.type)}`);
}

function readMessage(state: CodexState, entry: RolloutEntry): void {
  const { role } = entry.payload;
  if (role === 'assistant') readAnswer(state, entry);
  else if (role === 'user') readTurn(state, entry);
  else if (role === 'developer' || role === 'system') readInstructions(state, entry);
  else state.draft.limits.add('unknown_entry', entry, `message/${textOf(role) ?? 'no role'}`);
}

function readAnswer(state: CodexState, entry: RolloutEntry): void {
  settlePrompts(state);
  const step = state.modelStep(entry);
  const { texts, attachments, unknown } = contentOf(entry.payload.content);
  for (const type of unknown) state.draft.limits.add('unknown_block', entry, type);
  for (const text of texts) state.draft.grow(step, 'text', text);
  for (const image of attachments) state.draft.ledger.addAttachment(step, image);
  state.draft.ledger.tallies.agentMessages += 1;
  state.echoItem('assistant');
}

function readTurn(state: CodexState, entry: RolloutEntry): void {
  const { texts, attachments, unknown } = contentOf(entry.payload.content);
  for (const type of unknown) state.draft.limits.add('unknown_block', entry, type);
  const kind = turnKind(texts);
  const index = state.addStep(entry, 'user', kind, texts.join('\n'));
  for (const image of attachments) state.draft.ledger.addAttachment(index, image);
  if (texts.some(isInstructions)) {
    state.draft.tellAt(index, 'system', 'file/AGENTS.md', { $step: index, in_window: true });
  }
  if (state.draft.cwd === null)
    state.draft.cwd = texts.map(folderIn).find((cwd) => cwd !== undefined) ?? null;
  if (kind !== 'prompt') return;
  state.interrupted = false;
  state.draft.prompted(texts.filter((text) => textKind(text) === 'prompt').join('\n'));
  state.echoItem('user');
}

function readInstructions(state: CodexState, entry: RolloutEntry): void {
  const { texts, unknown } = contentOf(entry.payload.content);
  for (const type of unknown) state.draft.limits.add('unknown_block', entry, type);
  state.addStep(entry, 'system', 'meta', texts.join('\n'));
}

function readReasoning(state: CodexState, entry: RolloutEntry): void {
  settlePrompts(state);
  const step = state.modelStep(entry);
  const { summary, content } = entry.payload;
  const summaries = contentOf(summary).texts;
  for (const text of [...summaries, ...contentOf(content).texts]) state.draft.grow(step, 'thinking', text);
  state.draft.ledger.tallies.thinkingBlocks += 1;
  state.echoItem('reasoning', summaries.length);
}

function readCall(state: CodexState, entry: RolloutEntry): void {
  settlePrompts(state);
  const call = callOf(entry, state.draft.limits);
  const id = state.addCall(entry, call);
  if (!SERVER_KINDS.has(String(call.metadata?.kind))) return;
  const step = state.draft.ledger.callStep(id) ?? 0;
  const image = decodedAttachment('image/png', generatedImage(entry.payload), id);
  const status = { status: cutText(filledOf(entry.payload.status) ?? 'unknown', 100) };
  const observation = { source_call_id: id, metadata: status };
  state.draft.ledger.addObservation(step, observation, image === null ? [] : [image]);
}

function readOutput(state: CodexState, entry: RolloutEntry): void {
  const { payload } = entry;
  const native = filledOf(payload.call_id) ?? '';
  const callId = state.callId(native);
  const known = state.takeEnd(callId);
  const isSearch = payload.type === 'tool_search_output';
  const output = isSearch ? searchOutputOf(payload) : outputOf(payload.output, callId, known);
  for (const type of output.unknown) state.draft.limits.add('unknown_block', entry, type);
  const { tallies } = state.draft.ledger;
  tallies.toolResults += 1;
  if (output.error !== undefined) tallies.toolErrors += 1;
  addOutput(state, entry, callId, output);
  state.draft.ledger.linkSubagent(callId, spawnedAgent('spawn_agent', payload.output));
}

/** An output whose call this source does not hold is kept on a step of its own. */
function addOutput(state: CodexState, entry: RolloutEntry, callId: string, output: CallOutput): void {
  const { ledger, limits } = state.draft;
  const known = ledger.callStep(callId);
  const { text, attachments, metadata } = output;
  const error = known === undefined ? 'unlinked_response' : output.error;
  if (known === undefined) limits.add('unlinked_result', entry);
  const step = known ?? state.addStep(entry, 'user', 'notice', '');
  const observation = {
    source_call_id: callId,
    ...(text === undefined ? {} : { content: text }),
    ...(error === undefined ? {} : { error }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
  state.addOutput(step, observation, attachments);
}

function readSnapshot(state: CodexState, { payload, line }: RolloutEntry): void {
  const commit: Fields = fieldsOf(payload.ghost_commit) ?? {};
  const id = filledOf(commit.id);
  const parent = filledOf(commit.parent);
  state.snapshots.add({
    line,
    ...(id === undefined ? {} : { commit: cutText(id, 100) }),
    ...(parent === undefined ? {} : { parent: cutText(parent, 100) }),
    untracked: listOf(commit.preexisting_untracked_files).length,
  });
}

/** The opaque form in which a provider keeps what it compacted. */
function readCompactionItem(state: CodexState, { payload }: RolloutEntry): void {
  state.count(`item/${cutText(textOf(payload.type) ?? jsonOf(payload.type), 60)}`);
}
