/** A tool part holds the call and, once it has ended, its result. */
import { hashObject } from '../../git/object-codec.ts';
import type { ParsedAttachment } from '../session-source.ts';
import { dataUrlAttachment } from '../shared/attachment.ts';
import {
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  isFields,
  listOf,
  numberOf,
  textOf,
} from '../shared/fields.ts';
import type { Place } from '../shared/limitations.ts';
import { toolInput } from '../shared/tool-input.ts';
import type { PartAt } from './message.ts';
import type { OpencodeState } from './session-state.ts';

export function readTool(session: OpencodeState, index: number, part: PartAt): void {
  const { draft } = session;
  const { ledger } = draft;
  const { fields, entry, path } = part;
  const state = fieldsOf(fields.state) ?? {};
  const callId = filledOf(fields.callID) ?? `call-${entry.line}-${filledOf(fields.id) ?? path.join('-')}`;
  ledger.addCall(index, {
    tool_call_id: cutText(callId, 300),
    tool_name: cutText(filledOf(fields.tool) ?? 'unknown', 300),
    input: toolInput(entry, [...path, 'state', 'input'], draft.limits),
  });
  const id = cutText(callId, 300);
  const home = ledger.callStep(id) ?? index;
  const ended = state.status === 'completed' || state.status === 'error';
  if (ended && !ledger.isAnswered(id)) addResult(draft.ledger, { index: home, callId: id, entry }, state);
  session.noteDropped(id, fieldsOf(state.time)?.compacted);
  const metadata = fieldsOf(state.metadata);
  if (fields.tool === 'task') ledger.linkSubagent(id, metadata?.sessionId ?? metadata?.sessionID);
}

function addResult(
  ledger: OpencodeState['draft']['ledger'],
  { index, callId, entry }: { readonly index: number; readonly callId: string; readonly entry: Place },
  state: Fields,
): void {
  const content = textOf(state.status === 'error' ? state.error : state.output);
  const error = errorOf(state);
  const metadata = { ...factsOf(state), ...shownBefore(state, entry) };
  ledger.tallies.toolResults += 1;
  if (error !== undefined) ledger.tallies.toolErrors += 1;
  const observation = {
    source_call_id: callId,
    ...(content === undefined || content === '' ? {} : { content }),
    ...(error === undefined ? {} : { error }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
  ledger.addObservation(index, observation, filesOf(state, callId));
}

/** A command that ran and failed is a completed call to the agent: its exit code tells. */
function errorOf(state: Fields): string | undefined {
  if (state.status === 'error')
    return state.error === 'Tool execution aborted' ? 'interrupted' : 'tool_error';
  const exit = exitOf(state);
  return exit === undefined || exit === 0 ? undefined : `exit_code:${exit}`;
}

function exitOf(state: Fields): number | undefined {
  const exit = numberOf(fieldsOf(state.metadata)?.exit);
  return Number.isSafeInteger(exit) ? exit : undefined;
}

function factsOf(state: Fields): Record<string, unknown> {
  const metadata = fieldsOf(state.metadata);
  const time = fieldsOf(state.time);
  const took = (numberOf(time?.end) ?? Number.NaN) - (numberOf(time?.start) ?? Number.NaN);
  const title = filledOf(state.title);
  const exit = exitOf(state);
  const output = filledOf(metadata?.outputPath);
  return {
    ...(title === undefined ? {} : { title: cutText(title, 1000) }),
    ...(exit === undefined ? {} : { exit_code: exit }),
    ...(Number.isSafeInteger(took) && took >= 0 ? { duration_ms: took } : {}),
    ...(metadata?.truncated === true ? { truncated: true } : {}),
    ...(output === undefined ? {} : { persisted_output_path: cutText(output, 1000) }),
  };
}

/** The file as it was before an edit, by its blob id and the place of what holds its text. */
function shownBefore(state: Fields, { line, offset }: Place): Record<string, unknown> {
  const { before, after } = fieldsOf(fieldsOf(state.metadata)?.filediff) ?? {};
  if (typeof before !== 'string' || typeof after !== 'string') return {};
  return { before: { blob: hashObject('sha1', 'blob', Buffer.from(before)), line, offset } };
}

function filesOf(state: Fields, callId: string): ParsedAttachment[] {
  const found = listOf(state.attachments)
    .filter(isFields)
    .map(({ url }) => dataUrlAttachment(url, callId));
  return found.filter((attachment) => attachment !== null);
}
