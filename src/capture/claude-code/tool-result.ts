/** A `tool_result` block: no step of its own, but an observation on the step that made the call. */

import type { Entry } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, filledOf } from '../shared/fields.ts';
import type { ParsedObservation } from '../shared/parts.ts';
import { type ResultContent, resultContentOf } from './content.ts';
import { resultFactsOf } from './result-facts.ts';
import type { SessionState } from './session-state.ts';

/**
 * `facts` is the entry's `toolUseResult` when the block is the entry's only result. In a repeated entry
 * only results of calls that still wait for one count.
 */
export function readToolResult(
  state: SessionState,
  entry: Entry,
  block: Fields,
  repeat: boolean,
  facts?: unknown,
): void {
  const callId = filledOf(block.tool_use_id) ?? '';
  const known = state.callStep(callId);
  if (repeat && (known === undefined || state.isAnswered(callId))) return;
  const content = resultContentOf(block.content, callId);
  for (const type of content.unknown) state.limits.add('unknown_block', entry, type);
  state.tallies.toolResults += 1;
  if (block.is_error === true) state.tallies.toolErrors += 1;
  if (known === undefined) addUnlinked(state, entry, callId, content);
  else {
    const observation = observationOf(block, callId, content, facts, entry);
    state.addObservation(known, observation, content.attachments);
  }
  state.linkSubagent(callId, fieldsOf(facts)?.agentId);
}

/** A result whose call this source does not hold is kept on a step of its own. */
function addUnlinked(state: SessionState, entry: Entry, callId: string, content: ResultContent): void {
  state.limits.add('unlinked_result', entry);
  const index = state.openStep(entry, { role: 'user', kind: 'notice' });
  const text = content.text === undefined ? {} : { content: content.text };
  const observation = { source_call_id: callId, ...text, error: 'unlinked_response' };
  state.addObservation(index, observation, content.attachments);
}

function observationOf(
  block: Fields,
  callId: string,
  content: ResultContent,
  facts: unknown,
  entry: Entry,
): ParsedObservation {
  const metadata = resultFactsOf(facts, content.toolReferences, entry);
  const error = errorOf(block, content.text ?? '', metadata);
  return {
    source_call_id: callId,
    ...(content.text === undefined ? {} : { content: content.text }),
    ...(error === undefined ? {} : { error }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

const INTERRUPTED = '[Request interrupted by user';

function errorOf(block: Fields, text: string, facts?: Record<string, unknown>): string | undefined {
  if (facts?.interrupted === true || text.startsWith(INTERRUPTED)) return 'interrupted';
  if (block.is_error !== true) return undefined;
  const exit = /^(?:Error: )?Exit code (\d{1,10})/.exec(text.slice(0, 40));
  return exit ? `exit_code:${exit[1]}` : 'tool_error';
}
