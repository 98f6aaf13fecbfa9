/** One pass over the events of a session, each to the reader of its type. */
import type { LateParts, ParseOptions, SessionFacts, SessionParse, SourceLine } from '../session-source.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import { fieldsOf, filledOf, textOf, timeOf } from '../shared/fields.ts';
import { namedCounts } from '../shared/tallies.ts';
import { COPILOT_OPENINGS } from './detect.ts';
import { MESSAGE_EVENTS } from './message-event.ts';
import { ownerOf } from './ownership.ts';
import { addSessionUsage, SESSION_EVENTS } from './session-event.ts';
import { CopilotState } from './session-state.ts';
import { TOOL_EVENTS } from './tool-event.ts';

/** Events that say nothing a step needs: they are counted. */
const COUNTED: ReadonlySet<string> = new Set([
  ...['assistant.turn_start', 'assistant.turn_end', 'assistant.intent', 'assistant.streaming_delta'],
  ...['assistant.message_delta', 'assistant.reasoning_delta', 'tool.execution_progress'],
  ...['tool.execution_partial_result', 'tool.user_requested', 'hook.start', 'hook.end'],
  ...['permission.requested', 'permission.completed', 'session.permissions_changed', 'session.info'],
  ...['session.warning', 'session.idle', 'session.truncation', 'session.usage_info', 'session.handoff'],
  ...['session.compaction_start', 'session.mode_changed', 'session.task_complete'],
  ...['session.plan_changed', 'session.workspace_file_changed', 'session.import_legacy'],
  ...['pending_messages.modified', 'subagent.completed', 'subagent.failed', 'subagent.selected'],
  'subagent.deselected',
]);

type EventReader = (state: CopilotState, entry: Entry) => void;

const READERS: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ...MESSAGE_EVENTS,
  ...TOOL_EVENTS,
  ...SESSION_EVENTS,
  ['subagent.started', (state, entry) => state.startSubagent(entry)],
]);

export class CopilotParse implements SessionParse {
  readonly #state: CopilotState;

  /** `windowSize`: steps kept open; results do not depend on it. */
  constructor(options: ParseOptions, windowSize?: number) {
    this.#state = new CopilotState(options, windowSize);
  }

  push(line: SourceLine): void {
    for (const entry of readEntries(line, this.#state.draft.limits, COPILOT_OPENINGS)) this.#read(entry);
  }

  end(): { facts: SessionFacts; late: LateParts } {
    const state = this.#state;
    addSessionUsage(state);
    const failed = state.draft.ledger.lastKind === 'api_error';
    return state.draft.finish({
      terminalState: state.interrupted ? 'interrupted' : failed ? 'error' : null,
      metadata: metadataOf(state),
      inlineSubagents: [...state.inlineSubagents],
    });
  }

  #read(entry: Entry): void {
    const state = this.#state;
    const { type, timestamp } = entry.fields;
    const owner = ownerOf(entry, state.self);
    if (owner !== null) {
      state.meetSubagent(owner);
      return;
    }
    state.draft.span.observe(timeOf(timestamp));
    state.pass(filledOf(entry.fields.id));
    const name = textOf(type) ?? 'no type';
    const reader = READERS.get(name);
    if (!reader && !COUNTED.has(name)) state.draft.limits.add('unknown_entry', entry, name);
    else state.count(name);
    if (fieldsOf(entry.fields.data)) reader?.(state, entry);
  }
}

function metadataOf(state: CopilotState): Array<readonly [string, unknown]> {
  const copilot = Object.fromEntries([
    ...state.facts,
    ...state.modelChanges.entries('model_changes'),
    ...state.shutdowns.entries('shutdowns'),
  ]);
  return [
    ...(Object.keys(copilot).length > 0 ? [['copilot', copilot] as const] : []),
    ...namedCounts('entry_counts', state.counts),
    ...state.compactions.entries('compaction_events'),
  ];
}
