/** `facts.head`: what a session says as a whole, assembled at its end. */
import type { SessionHead } from '../session-source.ts';
import { firstLine } from '../shared/fields.ts';
import { osOfPath } from '../shared/platform.ts';
import { namedCounts } from '../shared/tallies.ts';
import type { SessionState } from './session-state.ts';

const MAX_TITLE = 120;

export interface HeadOptions {
  readonly agent: string;
  /** True for a sub-agent, whose first prompt another agent wrote. */
  readonly isSubagent: boolean;
}

export function sessionHeadOf(state: SessionState, options: HeadOptions): SessionHead {
  const { notes, tallies, window } = state;
  const { envelope } = notes;
  const { branch } = envelope;
  return {
    title: titleOf(state),
    timestamp_start: envelope.times.start,
    timestamp_end: envelope.times.end,
    task: { description: notes.task, source: notes.task === null ? null : taskSource(options) },
    agent: { name: options.agent, version: envelope.version, model: tallies.mainModel() },
    environment: {
      os: osOfPath(envelope.cwd),
      vcs: branch === null ? { type: 'none' } : { type: 'git', branch },
    },
    outcome: { success: notes.success, terminal_state: terminalState(state) },
    metrics: tallies.metrics(window.count, envelope.times.seconds()),
    counts: tallies.counts(state.callCount, state.subagents.size),
    metadata: notes.metadata([
      ...namedCounts('models', tallies.models()),
      ...namedCounts('tools', tallies.tools()),
    ]),
  };
}

function taskSource({ isSubagent }: HeadOptions): string {
  return isSubagent ? 'parent_agent' : 'user_prompt';
}

/** Title a person gave, else the last summary of this session, else the first line of the task. */
function titleOf(state: SessionState): string | null {
  const { notes } = state;
  const own = notes.customTitle ?? notes.ownSummary((leaf) => state.hasUuid(leaf));
  const candidates = [own, notes.task, notes.anySummary()];
  for (const candidate of candidates) {
    const line = candidate === null ? '' : firstLine(candidate, MAX_TITLE);
    if (line !== '') return line;
  }
  return null;
}

function terminalState({ notes, lastKind }: SessionState): string | null {
  if (notes.interrupted) return 'interrupted';
  if (notes.success !== null) return notes.success ? 'goal_reached' : 'error';
  return lastKind === 'api_error' ? 'error' : null;
}
