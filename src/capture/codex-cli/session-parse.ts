/** One pass over a rollout: each line goes to the reader of its kind. */
import type { LateParts, ParseOptions, SessionFacts, SessionParse, SourceLine } from '../session-source.ts';
import {
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  isFields,
  jsonOf,
  listOf,
  textOf,
  timeOf,
} from '../shared/fields.ts';
import { readEvent, settleEchoes } from './event.ts';
import { parentThreadOf } from './identity.ts';
import { type RolloutEntry, readRolloutEntries } from './lines.ts';
import { readResponseItem } from './response-item.ts';
import { CodexState } from './session-state.ts';

type LineReader = (state: CodexState, entry: RolloutEntry) => void;

const READERS: ReadonlyMap<string, LineReader> = new Map<string, LineReader>([
  ['session_meta', readHeader],
  ['turn_context', readTurnContext],
  ['response_item', readResponseItem],
  ['event_msg', readEvent],
  ['compacted', readCompacted],
  ['state', (state) => state.count('state')],
  ['world_state', (state) => state.count('world_state')],
  ['inter_agent_communication', (state) => state.count('inter_agent_communication')],
  ['inter_agent_communication_metadata', (state) => state.count('inter_agent_communication_metadata')],
]);

export class CodexParse implements SessionParse {
  readonly #state: CodexState;

  /** `windowSize`: steps kept open; results do not depend on it. */
  constructor(options: ParseOptions, windowSize?: number) {
    this.#state = new CodexState(options, windowSize);
  }

  push(line: SourceLine): void {
    for (const entry of readRolloutEntries(line, this.#state.draft.limits)) this.#read(entry);
  }

  end(): { facts: SessionFacts; late: LateParts } {
    const state = this.#state;
    settleEchoes(state);
    const terminalState = state.interrupted ? 'interrupted' : null;
    const failed = state.draft.ledger.lastKind === 'api_error' ? 'error' : terminalState;
    return state.draft.finish({ terminalState: failed, metadata: metadataOf(state) });
  }

  #read(entry: RolloutEntry): void {
    const state = this.#state;
    state.beginEntry(entry);
    state.draft.span.observe(timeOf(entry.fields.timestamp));
    const reader = READERS.get(entry.kind);
    if (reader) reader(state, entry);
    else state.draft.limits.add('unknown_entry', entry, entry.kind);
  }
}

/** The first header counts; some programs write it again and again, a fork adds that of its origin. */
function readHeader(state: CodexState, entry: RolloutEntry): void {
  state.count('session_meta');
  if (state.hasHeader) return;
  state.hasHeader = true;
  const { payload } = entry;
  const { draft } = state;
  draft.version = filledOf(payload.cli_version) ?? null;
  draft.cwd = filledOf(payload.cwd) ?? null;
  readGit(state, fieldsOf(payload.git) ?? {});
  for (const name of ['originator', 'model_provider', 'thread_source', 'forked_from_id']) {
    noteText(state, name, payload[name]);
  }
  noteText(state, 'source', sourceName(payload));
  noteText(state, 'parent_thread_id', parentThreadOf(payload));
  const instructions = textOf(payload.instructions) ?? textOf(fieldsOf(payload.base_instructions)?.text);
  if (instructions) {
    const step = state.addStep(entry, 'system', 'meta', instructions, { source: 'base_instructions' });
    draft.tellAt(step, 'system', 'prompt/base_instructions', { $step: step });
  }
  for (const tool of listOf(payload.dynamic_tools).filter(isFields)) noteTool(state, tool);
}

/** Such a tool comes with its schema. */
function noteTool({ draft }: CodexState, tool: Fields): void {
  const name = filledOf(tool.name);
  if (name !== undefined) draft.tell('tool_registry', `tool/${name}`, jsonOf(tool));
}

function readGit(state: CodexState, git: Fields): void {
  state.draft.branch = filledOf(git.branch) ?? null;
  state.draft.baseCommit = filledOf(git.commit_hash) ?? null;
  state.draft.repositoryUrl = filledOf(git.repository_url) ?? null;
}

function sourceName({ source }: Fields): string | undefined {
  if (typeof source === 'string') return source;
  const kind = fieldsOf(source)?.subagent;
  if (kind === undefined) return undefined;
  return typeof kind === 'string'
    ? `subagent/${kind}`
    : `subagent/${Object.keys(fieldsOf(kind) ?? {})[0] ?? ''}`;
}

function noteText(state: CodexState, name: string, value: unknown): void {
  const text = filledOf(value);
  if (text !== undefined) state.facts.set(name, cutText(text, 200));
}

/** Fields of a turn's context that are kept when they change. */
/** Names that other agents' sessions have for the same. */
const RUNTIME_NAMES: ReadonlyMap<string, string> = new Map([
  ['effort', 'effort_level'],
  ['approval_policy', 'permission_mode'],
]);

const TURN_FIELDS = ['model', 'effort', 'approval_policy', 'personality', 'timezone'];

function readTurnContext(state: CodexState, { payload, line }: RolloutEntry): void {
  state.closeModelStep();
  state.model = filledOf(payload.model) ?? state.model;
  state.draft.cwd = filledOf(payload.cwd) ?? state.draft.cwd;
  const facts = TURN_FIELDS.map((name) => [name, filledOf(payload[name])] as const);
  const sandbox = filledOf(fieldsOf(payload.sandbox_policy)?.type ?? fieldsOf(payload.sandbox_policy)?.mode);
  const told = [...facts, ['sandbox', sandbox] as const]
    .filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
    .map(([name, value]) => [name, cutText(value, 200)]);
  for (const [name, value] of told)
    state.draft.tell('runtime_state', RUNTIME_NAMES.get(name!) ?? name!, value);
  const key = JSON.stringify(told);
  if (state.facts.get('turn_context') === key) return;
  state.facts.set('turn_context', key);
  state.turns.add({ line, ...Object.fromEntries(told) });
}

/** The history that replaces what was said repeats it: it is counted, not told again. */
function readCompacted(state: CodexState, entry: RolloutEntry): void {
  settleEchoes(state);
  const { payload } = entry;
  const history = listOf(payload.replacement_history);
  const text = textOf(payload.message) ?? '';
  const metadata = {
    replacement_items: history.length,
    window_keeps: state.stepsSaying(history.filter(isFields)),
    ...(text === '' ? {} : { told: true }),
  };
  const step_index = state.addStep(entry, 'system', 'compact_boundary', text, metadata);
  const { replacement_items } = metadata;
  state.compactions.add({ step_index, timestamp: timeOf(entry.fields.timestamp), replacement_items });
}

function metadataOf(state: CodexState): Array<readonly [string, unknown]> {
  const facts = [...state.facts].filter(([name]) => name !== 'turn_context');
  const codex = Object.fromEntries([
    ...facts,
    ...state.turns.entries('turn_contexts'),
    ...state.snapshots.entries('ghost_snapshots'),
  ]);
  return [
    ...(Object.keys(codex).length > 0 ? [['codex', codex] as const] : []),
    ...(state.counts.size > 0 ? [['entry_counts', Object.fromEntries(state.counts)] as const] : []),
    ...state.compactions.entries('compaction_events'),
  ];
}
