/** Events of the session itself: its begin and end, its model, compaction, errors. */
import type { Entry } from '../shared/entry-reader.ts';
import {
  countOf,
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  numberOf,
  textOf,
  timeOf,
} from '../shared/fields.ts';
import { dataOf } from './message-event.ts';
import type { CopilotState } from './session-state.ts';

type EventReader = (state: CopilotState, entry: Entry) => void;

export const SESSION_EVENTS: ReadonlyArray<readonly [string, EventReader]> = [
  ['session.start', readStart],
  ['session.resume', readResume],
  ['session.context_changed', (state, entry) => readContext(state, dataOf(entry))],
  ['session.title_changed', readTitle],
  ['session.model_change', readModel],
  ['session.compaction_complete', readCompaction],
  ['session.error', readError],
  ['session.shutdown', readShutdown],
  ['abort', readAbort],
  ['session.snapshot_rewind', readRewind],
];

function readStart(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  state.draft.version ??= filledOf(data.copilotVersion) ?? null;
  state.model ??= filledOf(data.selectedModel);
  state.draft.tell('runtime_state', 'effort_level', filledOf(data.reasoningEffort));
  noteText(state, 'producer', data.producer);
  readContext(state, fieldsOf(data.context) ?? {});
}

function readResume(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  state.facts.set('resumed', Number(state.facts.get('resumed') ?? 0) + 1);
  state.model = filledOf(data.selectedModel) ?? state.model;
  readContext(state, fieldsOf(data.context) ?? {});
}

/** The first branch and commit are those the session began on; the last folder is where it is. */
function readContext(state: CopilotState, context: Fields): void {
  const { draft } = state;
  draft.cwd = filledOf(context.cwd) ?? draft.cwd;
  draft.branch ??= filledOf(context.branch) ?? null;
  draft.baseCommit ??= filledOf(context.headCommit) ?? null;
  noteText(state, 'repository', context.repository);
  noteText(state, 'host_type', context.hostType);
}

function noteText(state: CopilotState, name: string, value: unknown): void {
  const text = filledOf(value);
  if (text !== undefined && !state.facts.has(name)) state.facts.set(name, cutText(text, 200));
}

function readTitle(state: CopilotState, entry: Entry): void {
  const title = filledOf(dataOf(entry).title);
  if (title !== undefined) state.draft.title = cutText(title, 500);
}

function readModel(state: CopilotState, entry: Entry): void {
  const { newModel, reasoningEffort } = dataOf(entry);
  const model = filledOf(newModel);
  if (model === undefined) return;
  state.model = model;
  const effort = filledOf(reasoningEffort);
  state.draft.tell('runtime_state', 'effort_level', effort);
  state.modelChanges.add({
    line: entry.line,
    model: cutText(model, 200),
    ...(effort === undefined ? {} : { effort: cutText(effort, 40) }),
  });
}

function readCompaction(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  if (data.success === false) return;
  const metadata = {
    ...countFact('pre_tokens', data.preCompactionTokens),
    ...countFact('post_tokens', data.postCompactionTokens),
    ...countFact('messages_removed', data.messagesRemoved),
  };
  const text = textOf(data.summaryContent) ?? '';
  const told = text === '' ? {} : { told: true };
  const step = { role: 'system', kind: 'compact_boundary', metadata: { ...metadata, ...told } } as const;
  const step_index = state.open(entry, step, text);
  state.compactions.add({ step_index, timestamp: timeOf(entry.fields.timestamp), ...metadata });
}

function countFact(name: string, value: unknown): Record<string, number> {
  return typeof value === 'number' ? { [name]: countOf(value) } : {};
}

function readError(state: CopilotState, entry: Entry): void {
  const { message, errorType, statusCode } = dataOf(entry);
  const type = filledOf(errorType);
  const metadata = {
    ...(type === undefined ? {} : { error_type: cutText(type, 100) }),
    ...countFact('status', numberOf(statusCode)),
  };
  state.open(entry, { role: 'system', kind: 'api_error', metadata }, textOf(message) ?? '');
}

/** The named event and all behind it are forgotten. */
function readRewind(state: CopilotState, entry: Entry): void {
  state.rewindBefore(filledOf(dataOf(entry).upToEventId));
}

function readAbort(state: CopilotState): void {
  state.interrupted = true;
}

const MAX_MODELS = 20;

function readShutdown(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  const models = Object.entries(fieldsOf(data.modelMetrics) ?? {}).slice(0, MAX_MODELS);
  const usages = models.map(([model, metrics]) => usageIn(model, fieldsOf(metrics) ?? {}));
  state.usage.push(...usages);
  const type = filledOf(data.shutdownType);
  const changes = fieldsOf(data.codeChanges) ?? {};
  state.shutdowns.add({
    line: entry.line,
    ...(type === undefined ? {} : { type: cutText(type, 40) }),
    ...countFact('api_duration_ms', data.totalApiDurationMs),
    ...countFact('premium_requests', data.totalPremiumRequests),
    ...countFact('lines_added', changes.linesAdded),
    ...countFact('lines_removed', changes.linesRemoved),
    models: usages,
  });
}

function usageIn(model: string, metrics: Fields): Record<string, unknown> {
  const usage = fieldsOf(metrics.usage) ?? {};
  return {
    model: cutText(model, 200),
    requests: countOf(fieldsOf(metrics.requests)?.count),
    input_tokens: countOf(usage.inputTokens),
    output_tokens: countOf(usage.outputTokens),
    cache_read_tokens: countOf(usage.cacheReadTokens),
    cache_write_tokens: countOf(usage.cacheWriteTokens),
  };
}

/**
 * Adds what the end of a session tells it used. Several shutdowns do not say whether each counts anew, so
 * only a single one is believed. Its input holds the cached part, as the program shows it.
 */
export function addSessionUsage(state: CopilotState): void {
  if (state.shutdowns.items.length !== 1 || state.facts.has('resumed')) return;
  const sum = (name: string): number => state.usage.reduce((total, usage) => total + Number(usage[name]), 0);
  const [input, read, write] = ['input_tokens', 'cache_read_tokens', 'cache_write_tokens'].map(sum);
  state.draft.ledger.tallies.addUsage(0, {
    input_tokens: Math.max(0, input! - read! - write!),
    output_tokens: state.hasStepUsage ? 0 : sum('output_tokens'),
    cache_read_tokens: read!,
    cache_write_tokens: write!,
    prefix_reuse_tokens: 0,
  });
}
