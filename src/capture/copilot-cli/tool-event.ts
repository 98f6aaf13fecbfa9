/** Tools at work: what was started, and what came of it. */
import type { ParsedAttachment } from '../session-source.ts';
import { decodedAttachment } from '../shared/attachment.ts';
import type { Entry } from '../shared/entry-reader.ts';
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
import { dataOf, toolCall } from './message-event.ts';
import type { CopilotState, RunningTool } from './session-state.ts';

type EventReader = (state: CopilotState, entry: Entry) => void;

export const TOOL_EVENTS: ReadonlyArray<readonly [string, EventReader]> = [
  ['tool.execution_start', readStart],
  ['tool.execution_complete', readComplete],
];

/** A call that no message asked for, as the user's own shell commands, gets a step of its own. */
function readStart(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  const id = filledOf(data.toolCallId);
  if (id === undefined) return;
  const { ledger } = state.draft;
  const name = filledOf(data.toolName);
  if (ledger.callStep(id) === undefined) {
    const index = state.open(entry, { role: 'agent', kind: 'notice' });
    const path = ['data', 'arguments'];
    ledger.addCall(index, toolCall(state, entry, { id, name, path, value: data.arguments }));
  }
  state.running.set(id, {
    name: name ?? '',
    startedAt: timeOf(entry.fields.timestamp),
    facts: { ...nameFact('mcp_server', data.mcpServerName), ...nameFact('mcp_tool', data.mcpToolName) },
  });
}

function nameFact(name: string, value: unknown): Record<string, string> {
  const text = filledOf(value);
  return text === undefined ? {} : { [name]: cutText(text, 200) };
}

function readComplete(state: CopilotState, entry: Entry): void {
  const data = dataOf(entry);
  const { ledger, limits } = state.draft;
  const callId = filledOf(data.toolCallId) ?? '';
  const running = state.running.get(callId);
  state.running.delete(callId);
  const ending = endingOf(entry, data, running);
  ledger.tallies.toolResults += 1;
  if (ending.error !== undefined) ledger.tallies.toolErrors += 1;
  const known = ledger.callStep(callId);
  if (known === undefined) limits.add('unlinked_result', entry);
  const error = known === undefined ? 'unlinked_response' : ending.error;
  const index = known ?? state.open(entry, { role: 'user', kind: 'notice' });
  const observation = {
    source_call_id: callId,
    ...(ending.text === undefined ? {} : { content: ending.text }),
    ...(error === undefined ? {} : { error }),
    ...(Object.keys(ending.metadata).length > 0 ? { metadata: ending.metadata } : {}),
  };
  ledger.addObservation(index, observation, imagesOf(data, callId));
}

interface Ending {
  readonly text: string | undefined;
  /** `exit_code:N | tool_error`, undefined when the call went well. */
  readonly error: string | undefined;
  readonly metadata: Record<string, unknown>;
}

function endingOf(entry: Entry, data: Fields, running: RunningTool | undefined): Ending {
  const result = fieldsOf(data.result) ?? {};
  const failure = fieldsOf(data.error);
  const text = resultText(data.result) ?? textOf(failure?.message);
  const exit = exitCode(text ?? '', listOf(result.contents), running?.name ?? '');
  const kind = textOf(result.result_type) ?? textOf(result.resultType);
  const failed = data.success === false || (kind !== undefined && kind !== 'success');
  const metadata = {
    ...running?.facts,
    ...(exit === undefined ? {} : { exit_code: exit }),
    ...durationFact(running?.startedAt ?? null, timeOf(entry.fields.timestamp)),
    ...nameFact('error_code', failure?.code),
  };
  const error = exit !== undefined && exit !== 0 ? `exit_code:${exit}` : failed ? 'tool_error' : undefined;
  return { text, error, metadata };
}

/** What the model saw of the result. */
function resultText(result: unknown): string | undefined {
  if (typeof result === 'string') return result;
  const fields = fieldsOf(result);
  if (fields === undefined) return result === undefined || result === null ? undefined : jsonOf(result);
  return (
    textOf(fields.content) ??
    textOf(fields.text_result_for_llm) ??
    textOf(fields.textResultForLlm) ??
    jsonOf(fields)
  );
}

const EXIT = /<(?:shellId: \w{1,40} completed|exited) with exit code (-?\d{1,10})>\s{0,20}$/;
const SHELL = /(?:bash|powershell|shell)$/;

/** Told in parts of newer results, else in the last line of a shell's output. */
function exitCode(text: string, contents: readonly unknown[], tool: string): number | undefined {
  const terminal = contents.find((part) => isFields(part) && Number.isSafeInteger(part.exitCode));
  if (isFields(terminal)) return Number(terminal.exitCode);
  const told = SHELL.test(tool) ? EXIT.exec(text.slice(-200)) : null;
  return told === null ? undefined : Number(told[1]);
}

function durationFact(start: string | null, end: string | null): Record<string, number> {
  if (start === null || end === null) return {};
  const duration = Date.parse(end) - Date.parse(start);
  return duration < 0 ? {} : { duration_ms: duration };
}

function imagesOf(data: Fields, callId: string): ParsedAttachment[] {
  const result = fieldsOf(data.result) ?? {};
  const parts = [...listOf(result.contents), ...listOf(result.binaryResultsForLlm)].filter(isFields);
  const images = parts.map((part) => decodedAttachment(part.mimeType, part.data, callId));
  return images.filter((image) => image !== null);
}
