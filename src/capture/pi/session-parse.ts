/** One pass over a Pi session: every row of every branch in file order, each to the reader of its type. */
import type { LateParts, ParseOptions, SessionFacts, SessionParse, SourceLine } from '../session-source.ts';
import { BoundedList } from '../shared/bounded-list.ts';
import { type Entry, readEntries } from '../shared/entry-reader.ts';
import { textOf, timeOf } from '../shared/fields.ts';
import { namedCounts } from '../shared/tallies.ts';
import { PI_OPENINGS } from './detect.ts';
import { readMessage } from './message-row.ts';
import { OTHER_ROWS, readHeader } from './other-rows.ts';
import { PiState } from './session-state.ts';

export class PiParse implements SessionParse {
  readonly #state: PiState;

  /** `windowSize`: steps kept open; results do not depend on it. */
  constructor(options: ParseOptions, windowSize?: number) {
    this.#state = new PiState(options, windowSize);
  }

  push(line: SourceLine): void {
    for (const entry of readEntries(line, this.#state.draft.limits, PI_OPENINGS)) this.#read(entry);
  }

  end(): { facts: SessionFacts; late: LateParts } {
    return this.#state.draft.finish({
      terminalState: terminalState(this.#state),
      metadata: metadataOf(this.#state),
    });
  }

  #read(entry: Entry): void {
    const state = this.#state;
    const { type, timestamp } = entry.fields;
    state.draft.span.observe(timeOf(timestamp));
    if (type === 'session') {
      readHeader(state, entry);
      return;
    }
    const reader = type === 'message' ? readMessage : OTHER_ROWS.get(type);
    if (!reader) state.draft.limits.add('unknown_entry', entry, textOf(type) ?? 'no type');
    if (state.enter(entry)) reader?.(state, entry);
  }
}

function terminalState({ lastStop }: PiState): string | null {
  if (lastStop === 'aborted') return 'interrupted';
  return lastStop === 'error' ? 'error' : null;
}

function metadataOf(state: PiState): Array<readonly [string, unknown]> {
  const pi = Object.fromEntries([
    ...state.header,
    ...(state.costUsd > 0 ? [['cost_usd', Math.round(state.costUsd * 1e6) / 1e6] as const] : []),
    ...state.modelChanges.entries('model_changes'),
    ...state.thinkingLevels.entries('thinking_levels'),
    ...state.labels.entries('labels'),
    ...namedCounts('custom_rows', state.customRows),
  ]);
  return [
    ...(Object.keys(pi).length > 0 ? [['pi', pi] as const] : []),
    ...branchesOf(state),
    ...state.compactions.entries('compaction_events'),
  ];
}

/** Told only when there is more than one: a session without forks reads from its first step to its last. */
function branchesOf({ tree }: PiState): Array<[string, unknown]> {
  const branches = tree.branches();
  if (branches.length < 2) return [];
  const list = new BoundedList();
  for (const { leaf, active, steps, afterStep } of branches) {
    list.add({ leaf, active, steps, ...(afterStep === null ? {} : { after_step: afterStep }) });
  }
  return list.entries('branches');
}
