/** An event: what the program showed while it ran. Most repeat items or end calls; some are told nowhere else. */

import { dataUrlAttachment } from '../shared/attachment.ts';
import { cutText, type Fields, fieldsOf, filledOf, listOf, numberOf, textOf } from '../shared/fields.ts';
import { endFactsOf } from './calls.ts';
import { contentOf } from './content.ts';
import type { RolloutEntry } from './lines.ts';
import type { CodexState, Said } from './session-state.ts';
import { textKind } from './turn-kind.ts';

type EventReader = (state: CodexState, entry: RolloutEntry) => void;

const READERS: ReadonlyMap<unknown, EventReader> = new Map<unknown, EventReader>([
  ['agent_message', (state, entry) => hear(state, saidIn(entry, 'assistant', entry.payload.message))],
  ['user_message', readUserMessage],
  ['agent_reasoning', (state, entry) => hear(state, saidIn(entry, 'reasoning', entry.payload.text))],
  ['item_completed', readItemCompleted],
  ['token_count', readTokenCount],
  ['task_started', endTurn],
  ['turn_started', endTurn],
  ['task_complete', readTaskComplete],
  ['turn_complete', readTaskComplete],
  ['turn_aborted', readAborted],
  ['error', readError],
  ['stream_error', readError],
  ['thread_name_updated', readName],
  ['collab_agent_spawn_end', readSpawn],
  ['exec_command_end', readEnd],
  ['mcp_tool_call_end', readEnd],
  ['patch_apply_end', readEnd],
]);

const NAME = /^[a-z_]{1,60}$/;

export function readEvent(state: CodexState, entry: RolloutEntry): void {
  const { type } = entry.payload;
  const name = typeof type === 'string' && NAME.test(type) ? type : 'other';
  state.count(`event/${name}`);
  READERS.get(type)?.(state, entry);
}

function saidIn(entry: RolloutEntry, role: Said['role'], text: unknown): Said {
  const images = listOf(entry.payload.images).map((url) => dataUrlAttachment(url));
  return { role, text: textOf(text) ?? '', images: images.filter((image) => image !== null), entry };
}

/** Some versions also show what the program put in the user's place; its item tells all of it. */
function readUserMessage(state: CodexState, entry: RolloutEntry): void {
  const said = saidIn(entry, 'user', entry.payload.message);
  if (textKind(said.text) === 'prompt') hear(state, said);
}

function hear(state: CodexState, said: Said): void {
  const now = state.echo(said);
  if (now !== undefined) tell(state, now);
}

/** Makes steps of prompts that only events told: they come before the answer that begins now. */
export function settlePrompts(state: CodexState): void {
  for (const said of state.unrepeatedPrompts()) tell(state, said);
}

/** Makes steps of what events said and no item repeated. */
export function settleEchoes(state: CodexState): void {
  for (const said of state.unrepeated()) tell(state, said);
}

function tell(state: CodexState, { role, text, images, entry }: Said): void {
  const { draft } = state;
  if (role === 'user') {
    const index = state.addStep(entry, 'user', 'prompt', text);
    for (const image of images) draft.ledger.addAttachment(index, image);
    state.interrupted = false;
    draft.prompted(text);
    return;
  }
  draft.grow(state.modelStep(entry), role === 'assistant' ? 'text' : 'thinking', text);
  if (role === 'assistant') draft.ledger.tallies.agentMessages += 1;
  else draft.ledger.tallies.thinkingBlocks += 1;
}

/** Newer versions can write whole items as events. */
const ITEM_ROLES: ReadonlyMap<unknown, Said['role']> = new Map<unknown, Said['role']>([
  ['UserMessage', 'user'],
  ['AgentMessage', 'assistant'],
  ['Reasoning', 'reasoning'],
]);

function readItemCompleted(state: CodexState, entry: RolloutEntry): void {
  const item: Fields = fieldsOf(entry.payload.item) ?? {};
  const role = ITEM_ROLES.get(item.type);
  if (role === undefined) return;
  const { texts } = contentOf(item.content ?? item.summary_text);
  hear(state, { role, text: texts.join('\n'), images: [], entry });
}

function readTokenCount(state: CodexState, { payload }: RolloutEntry): void {
  settleEchoes(state);
  if (state.meter.read(fieldsOf(payload.info))) state.closeModelStep();
}

function endTurn(state: CodexState): void {
  settleEchoes(state);
  state.closeModelStep();
}

function readTaskComplete(state: CodexState, { payload }: RolloutEntry): void {
  endTurn(state);
  const duration = numberOf(payload.duration_ms) ?? 0;
  state.facts.set(
    'turns_duration_ms',
    Number(state.facts.get('turns_duration_ms') ?? 0) + Math.round(duration),
  );
}

function readAborted(state: CodexState): void {
  endTurn(state);
  state.interrupted = true;
}

function readError(state: CodexState, entry: RolloutEntry): void {
  settleEchoes(state);
  state.addStep(entry, 'system', 'api_error', textOf(entry.payload.message) ?? '');
}

function readName(state: CodexState, { payload }: RolloutEntry): void {
  const name = filledOf(payload.thread_name) ?? filledOf(payload.name);
  if (name !== undefined) state.draft.title = cutText(name, 500);
}

function readSpawn(state: CodexState, { payload }: RolloutEntry): void {
  const callId = state.callId(filledOf(payload.call_id) ?? '');
  state.draft.ledger.linkSubagent(callId, payload.new_thread_id);
}

function readEnd(state: CodexState, { payload }: RolloutEntry): void {
  const facts = endFactsOf(payload);
  const callId = filledOf(payload.call_id);
  if (facts !== undefined && callId !== undefined) state.noteEnd(state.callId(callId), facts);
}
