/** A `toolResult` message: no step of its own, but an observation on the step that made the call. */
import type { Entry } from '../shared/entry-reader.ts';
import { type Fields, fieldsOf, filledOf } from '../shared/fields.ts';
import { saidIn } from './blocks.ts';
import type { PiState } from './session-state.ts';

export function readToolResult(state: PiState, entry: Entry, message: Fields): void {
  const { ledger, limits } = state.draft;
  const callId = filledOf(message.toolCallId) ?? '';
  const said = saidIn(message.content, callId);
  for (const type of said.unknown) limits.add('unknown_block', entry, type);
  ledger.tallies.toolResults += 1;
  if (message.isError === true) ledger.tallies.toolErrors += 1;
  const known = ledger.callStep(callId);
  if (known === undefined) limits.add('unlinked_result', entry);
  const index = known ?? state.open(entry, { role: 'user', kind: 'notice' });
  const error = known === undefined ? 'unlinked_response' : errorOf(message, said.text ?? '');
  const metadata = factsOf(message);
  const observation = {
    source_call_id: callId,
    ...(said.text === undefined ? {} : { content: said.text }),
    ...(error === undefined ? {} : { error }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  ledger.addObservation(index, observation, said.attachments);
}

const EXIT_CODE = /Command exited with code (\d{1,10})\s{0,8}$/;
const ABORTED = /(?:Command|Operation) aborted\s{0,8}$/;

/** Pi says how a command ended in the last line of its text. */
function errorOf(message: Fields, text: string): string | undefined {
  if (message.isError !== true) return undefined;
  const tail = text.slice(-80);
  const exit = EXIT_CODE.exec(tail);
  if (exit) return `exit_code:${exit[1]}`;
  return ABORTED.test(tail) ? 'interrupted' : 'tool_error';
}

/** The agent's own view of a result: its texts stand in the source. */
function factsOf({ details }: Fields): Record<string, unknown> | undefined {
  const truncated = fieldsOf(fieldsOf(details)?.truncation)?.truncated === true;
  return truncated ? { truncated } : undefined;
}
