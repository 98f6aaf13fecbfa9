/** Rows that are no messages: compaction, summaries of other branches, changes of settings, extensions. */
import type { Entry } from '../shared/entry-reader.ts';
import { countOf, cutText, type Fields, filledOf, numberOf, textOf, timeOf } from '../shared/fields.ts';
import { readInjected } from './message-row.ts';
import type { PiState } from './session-state.ts';

export type RowReader = (state: PiState, entry: Entry) => void;

const MAX_CUSTOM_TYPES = 100;

export const OTHER_ROWS: ReadonlyMap<unknown, RowReader> = new Map<unknown, RowReader>([
  ['compaction', readCompaction],
  ['compactionSummary', readCompaction],
  ['branch_summary', readBranchSummary],
  ['branchSummary', readBranchSummary],
  ['custom_message', (state, entry) => readInjected(state, entry, entry.fields)],
  ['model_change', readModelChange],
  ['thinking_level_change', readThinkingLevel],
  ['label', readLabel],
  ['session_info', readSessionInfo],
  ['custom', countCustom],
]);

/** The first lines of a session: who, where, which version. Copies of it in the same file say nothing new. */
export function readHeader({ draft, header }: PiState, { fields }: Entry): void {
  draft.cwd ??= filledOf(fields.cwd)?.slice(0, 4096) ?? null;
  noteOnce(header, 'format_version', numberOf(fields.version) ?? 1);
  noteOnce(header, 'parent_session', filledOf(fields.parentSession) ?? filledOf(fields.branchedFrom));
  noteOnce(header, 'provider', filledOf(fields.provider));
  noteOnce(header, 'model', filledOf(fields.modelId));
  noteOnce(header, 'thinking_level', filledOf(fields.thinkingLevel));
  draft.tell('runtime_state', 'effort_level', filledOf(fields.thinkingLevel));
}

function noteOnce(header: Map<string, unknown>, key: string, value: string | number | undefined): void {
  if (value === undefined || header.has(key)) return;
  header.set(key, typeof value === 'string' ? cutText(value, 1000) : value);
}

/** The boundary and the summary that stands for what lies before it. */
function readCompaction(state: PiState, entry: Entry): void {
  const { fields } = entry;
  const metadata = {
    trigger: fields.fromHook === true ? 'hook' : 'unknown',
    pre_tokens: countOf(fields.tokensBefore),
    ...keptFrom(state, fields),
  };
  const step_index = state.open(entry, { role: 'system', kind: 'compact_boundary', metadata });
  state.compactions.add({ step_index, timestamp: timeOf(fields.timestamp), ...metadata });
  state.open(entry, { role: 'user', kind: 'compact_summary' }, textOf(fields.summary) ?? '');
}

/** First row that stays in view: by id, in version 1 by its position in the file, where the header is 0. */
function keptFrom({ tree }: PiState, fields: Fields): Record<string, unknown> {
  const id = filledOf(fields.firstKeptEntryId);
  const position = numberOf(fields.firstKeptEntryIndex);
  const step = position === undefined ? tree.stepOf(id) : tree.stepOfRow(position - 1);
  return {
    ...(id === undefined ? {} : { first_kept_entry: cutText(id, 200) }),
    ...(step === null ? {} : { first_kept_step: step }),
    ...(position === undefined ? {} : { first_kept_entry_index: position }),
  };
}

/** What the program told the model of a branch it had left. */
function readBranchSummary(state: PiState, entry: Entry): void {
  const { fields } = entry;
  const from = filledOf(fields.fromId);
  const metadata = {
    branch_summary: true,
    ...(from === undefined ? {} : { from_entry: cutText(from, 200) }),
  };
  state.open(entry, { role: 'user', kind: 'meta', metadata }, textOf(fields.summary) ?? '');
}

function place({ tree }: PiState, { line, fields }: Entry): Record<string, unknown> {
  const after = tree.stepAbove();
  return { line, timestamp: timeOf(fields.timestamp), ...(after === null ? {} : { after_step: after }) };
}

function readModelChange(state: PiState, entry: Entry): void {
  const { provider, modelId } = entry.fields;
  const model = {
    provider: cutText(textOf(provider) ?? '', 200),
    model: cutText(textOf(modelId) ?? '', 200),
  };
  state.modelChanges.add({ ...model, ...place(state, entry) });
}

function readThinkingLevel(state: PiState, entry: Entry): void {
  const level = cutText(textOf(entry.fields.thinkingLevel) ?? '', 100);
  state.draft.tell('runtime_state', 'effort_level', level);
  state.thinkingLevels.add({ level, ...place(state, entry) });
}

function readLabel(state: PiState, entry: Entry): void {
  const { targetId, label } = entry.fields;
  const step = state.tree.stepOf(targetId);
  state.labels.add({
    label: cutText(textOf(label) ?? '', 500),
    target: cutText(textOf(targetId) ?? '', 200),
    ...(step === null ? {} : { step }),
  });
}

function readSessionInfo({ draft }: PiState, { fields }: Entry): void {
  draft.title = filledOf(fields.name) ?? draft.title;
}

function countCustom({ customRows }: PiState, { fields }: Entry): void {
  const type = cutText(filledOf(fields.customType) ?? 'unknown', 200);
  const name = customRows.size < MAX_CUSTOM_TYPES || customRows.has(type) ? type : 'other';
  customRows.set(name, (customRows.get(name) ?? 0) + 1);
}
