/** Each message of an OpenCode session is one step, whatever it consists of: numbers follow from messages alone. */
import type { StepKind, TokenUsage } from '../../record/step.ts';
import { timeOfMillis } from '../shared/epoch-time.ts';
import { countOf, cutText, type Fields, fieldsOf, filledOf, listOf, textOf } from '../shared/fields.ts';
import type { NewStep } from '../shared/step-ledger.ts';
import type { Message } from './message.ts';
import { readPart } from './parts.ts';
import type { OpencodeState } from './session-state.ts';

export function addMessage(state: OpencodeState, message: Message): void {
  const { draft } = state;
  const time = fieldsOf(message.info.time);
  draft.span.observe(timeOfMillis(time?.created));
  draft.span.observe(timeOfMillis(time?.completed));
  const { role } = message.info;
  if (role === 'assistant') addAssistant(state, message);
  else {
    if (role !== 'user') draft.limits.add('unknown_entry', message.place, textOf(role) ?? 'no role');
    addUser(state, message);
  }
}

function open(state: OpencodeState, message: Message, step: Omit<NewStep, 'timestamp' | 'origin'>): number {
  const { info, id, place } = message;
  const { line, offset } = place;
  const origin = { ...(id === undefined ? {} : { message_id: cutText(id, 300) }), line, offset };
  const created = fieldsOf(info.time)?.created;
  const dropped = state.takeDropped(created);
  return state.draft.ledger.open({
    ...step,
    ...(dropped.length === 0 ? {} : { metadata: { ...step.metadata, compacted_tool_ids: dropped } }),
    timestamp: timeOfMillis(created),
    origin,
  });
}

function addUser(state: OpencodeState, message: Message): void {
  const typed = message.parts.filter(({ fields }) => fields.synthetic !== true);
  noteSettings(state, message.info);
  const index = open(state, message, userStep(message, typed.length > 0));
  for (const part of message.parts) readPart(state, index, part);
  if (message.info.role !== 'user' || typed.length === 0 || isCompaction(message)) return;
  const texts = typed.map(({ fields }) => (fields.type === 'text' ? textOf(fields.text) : undefined));
  state.draft.prompted(texts.filter((text) => text !== undefined).join('\n'));
}

/** A message may bring a system prompt and a choice of tools of its own. */
function noteSettings({ draft }: OpencodeState, info: Fields): void {
  draft.tell('system', 'prompt_addition', filledOf(info.system));
  draft.tell('runtime_state', 'agent_mode', filledOf(info.agent) ?? filledOf(info.mode));
  for (const [name, on] of Object.entries(fieldsOf(info.tools) ?? {}).slice(0, MAX_TOOLS)) {
    draft.tell('tool_registry', `tool/${name}`, on === true ? 'listed' : 'off');
  }
}

function isCompaction({ parts }: Message): boolean {
  return parts.some(({ fields }) => fields.type === 'compaction');
}

/** A message nobody typed is what the program put into the model's view. */
function userStep(message: Message, typed: boolean): Pick<NewStep, 'role' | 'kind' | 'metadata'> {
  const { info, parts } = message;
  const compaction = parts.find(({ fields }) => fields.type === 'compaction');
  if (compaction) {
    const trigger = compaction.fields.auto === true ? 'auto' : 'manual';
    return { role: 'system', kind: 'compact_boundary', metadata: { trigger, by_model: true } };
  }
  const synthetic = parts.filter(({ fields }) => fields.synthetic === true).length;
  const metadata = {
    ...namesOf(info),
    ...(typed && synthetic > 0 ? { synthetic_parts: synthetic } : {}),
  };
  return { role: 'user', kind: typed ? 'prompt' : 'meta', ...metadataOrNone(metadata) };
}

function namesOf({ agent, mode }: Fields): Record<string, unknown> {
  const name = filledOf(agent) ?? filledOf(mode);
  return name === undefined ? {} : { agent: cutText(name, 200) };
}

function metadataOrNone(metadata: Record<string, unknown>): { metadata?: Record<string, unknown> } {
  return Object.keys(metadata).length > 0 ? { metadata } : {};
}

function addAssistant(state: OpencodeState, message: Message): void {
  const { draft, notes } = state;
  const { info } = message;
  const { tallies } = draft.ledger;
  const model = filledOf(info.modelID);
  const index = open(state, message, {
    role: 'agent',
    kind: assistantKind(info),
    ...(model === undefined ? {} : { model: cutText(model, 300) }),
    ...metadataOrNone(assistantFacts(message)),
  });
  tallies.agentMessages += 1;
  if (model !== undefined) tallies.addModel(model);
  for (const part of message.parts) readPart(state, index, part);
  addError(state, index, info);
  addUsage(state, index, info);
  notes.addCost(info.cost);
  if (draft.cwd === null) draft.cwd = filledOf(fieldsOf(info.path)?.cwd)?.slice(0, 4096) ?? null;
}

/** Errors that end a call which had begun to answer. */
const CUT_SHORT: ReadonlySet<unknown> = new Set(['MessageAbortedError', 'MessageOutputLengthError']);

function assistantKind({ error, summary }: Fields): StepKind {
  const name = fieldsOf(error)?.name;
  if (name !== undefined && !CUT_SHORT.has(name)) return 'api_error';
  return summary === true ? 'compact_summary' : 'model';
}

const MAX_TOOLS = 500;
const MAX_PATCHES = 50;
const MAX_FILES = 100;

function assistantFacts({ info, parts }: Message): Record<string, unknown> {
  const patches = parts.filter(({ fields }) => fields.type === 'patch').slice(0, MAX_PATCHES);
  const retries = parts.filter(({ fields }) => fields.type === 'retry').length;
  const provider = filledOf(info.providerID);
  return {
    ...namesOf(info),
    ...(provider === undefined ? {} : { provider: cutText(provider, 200) }),
    ...(retries > 0 ? { retries } : {}),
    ...(patches.length > 0 ? { patches: patches.map(({ fields }) => patchFacts(fields)) } : {}),
  };
}

/** Files that a call changed, against the snapshot the agent took before it. */
function patchFacts({ hash, files }: Fields): Record<string, unknown> {
  const names = listOf(files).filter((file) => typeof file === 'string');
  return {
    hash: cutText(textOf(hash) ?? '', 100),
    files: names.slice(0, MAX_FILES).map((file) => cutText(file, 1000)),
  };
}

function addError(state: OpencodeState, index: number, info: Fields): void {
  const error = fieldsOf(info.error);
  const name = textOf(error?.name);
  state.lastError = name;
  if (error === undefined || CUT_SHORT.has(name)) return;
  const words = filledOf(fieldsOf(error.data)?.message) ?? filledOf(error.message) ?? name ?? '';
  state.draft.grow(index, 'text', words);
}

function addUsage(state: OpencodeState, index: number, info: Fields): void {
  const { ledger } = state.draft;
  const usage = usageOf(info.tokens);
  const aborted = CUT_SHORT.has(fieldsOf(info.error)?.name) ? 'aborted' : undefined;
  const stopReason = filledOf(info.finish) ?? aborted;
  if (usage) ledger.tallies.addUsage(index, usage);
  ledger.window.grow(index, {
    part: 'usage',
    ...(usage === undefined ? {} : { usage }),
    ...(stopReason === undefined ? {} : { stopReason: cutText(stopReason, 200) }),
  });
}

/** The agent counts reasoning apart from output, and cached tokens apart from input. */
function usageOf(value: unknown): TokenUsage | undefined {
  const tokens = fieldsOf(value);
  if (!tokens) return undefined;
  const cache = fieldsOf(tokens.cache);
  return {
    input_tokens: countOf(tokens.input),
    output_tokens: countOf(tokens.output) + countOf(tokens.reasoning),
    cache_read_tokens: countOf(cache?.read),
    cache_write_tokens: countOf(cache?.write),
    prefix_reuse_tokens: 0,
  };
}
