/** The output of a call: what the model saw, how the call ended, how long it took. */
import type { ParsedAttachment } from '../session-source.ts';
import { type Fields, fieldsOf, isFields, jsonOf, numberOf } from '../shared/fields.ts';
import { parsedJson } from '../shared/tool-input.ts';
import { contentOf } from './content.ts';

export interface CallOutput {
  readonly text: string | undefined;
  readonly attachments: readonly ParsedAttachment[];
  readonly unknown: readonly string[];
  /** `exit_code:N | tool_error | interrupted`, undefined when the call went well. */
  readonly error: string | undefined;
  readonly metadata: Record<string, unknown>;
}

/** `output`: a string, a list of parts, or `{content, success}` of older versions. */
export function outputOf(output: unknown, callId: string, known: Record<string, unknown>): CallOutput {
  const wrapped = fieldsOf(output);
  const body = wrapped === undefined ? output : (wrapped.content_items ?? wrapped.content);
  const { texts, attachments, unknown } = contentOf(body ?? undefined, callId);
  const text = texts.length > 0 ? texts.join('\n') : wrapped && jsonOf(wrapped);
  const metadata = { ...known, ...endingOf(text ?? '') };
  const failed = wrapped?.success === false || known.success === false;
  return { text, attachments, unknown, error: errorOf(text ?? '', metadata, failed), metadata };
}

/** Output of a tool search: the tools it found. */
export function searchOutputOf(payload: Fields): CallOutput {
  const metadata = typeof payload.status === 'string' ? { status: payload.status.slice(0, 100) } : {};
  return { text: jsonOf(payload.tools ?? []), attachments: [], unknown: [], error: undefined, metadata };
}

const HEAD_UNITS = 600;

/** What stands above `Output:` in newer versions, or in the JSON around the output in older ones. */
function endingOf(text: string): Record<string, unknown> {
  if (text.startsWith('{"output":')) return jsonEnding(text);
  const facts: Record<string, unknown> = {};
  for (const line of text.slice(0, HEAD_UNITS).split('\n', 8)) {
    if (line === 'Output:') break;
    readHeadLine(line, facts);
  }
  return facts;
}

const EXIT = /^(?:Process exited with code|Exit code:) (-?\d{1,10})$/;
const WALL = /^Wall time: (\d{1,9}(?:\.\d{1,12})?) seconds?$/;
const RUNNING = /^Process running with session ID (\d{1,12})$/;

function readHeadLine(line: string, facts: Record<string, unknown>): void {
  const exit = EXIT.exec(line);
  if (exit) facts.exit_code = Number(exit[1]);
  const wall = WALL.exec(line);
  if (wall) facts.duration_ms = Math.round(Number(wall[1]) * 1000);
  const running = RUNNING.exec(line);
  if (running) facts.running_session = running[1];
}

function jsonEnding(text: string): Record<string, unknown> {
  const metadata = fieldsOf(fieldsOf(parsedJson(text))?.metadata);
  const exit = numberOf(metadata?.exit_code);
  const seconds = numberOf(metadata?.duration_seconds);
  return {
    ...(Number.isInteger(exit) ? { exit_code: exit } : {}),
    ...(seconds === undefined ? {} : { duration_ms: Math.round(seconds * 1000) }),
  };
}

/** How the program words a call that could not be made. */
const FAILURES = [
  'apply_patch verification failed',
  'apply_patch failed',
  'write_stdin failed',
  'exec_command failed',
  'failed to parse function arguments',
  'failed in sandbox',
  'execution error',
  'unsupported call',
  'unsupported custom tool call',
  'tool call error',
  'collab spawn failed',
  'unable to locate image',
];

function errorOf(text: string, metadata: Record<string, unknown>, failed: boolean): string | undefined {
  const head = text.slice(0, 100);
  if (head.startsWith('aborted by user') || head === 'aborted') return 'interrupted';
  const exit = metadata.exit_code;
  if (typeof exit === 'number' && exit !== 0) return `exit_code:${exit}`;
  return failed || FAILURES.some((words) => head.startsWith(words)) ? 'tool_error' : undefined;
}

/** Native id of the sub-agent that a spawning call's output names. */
export function spawnedAgent(toolName: string, output: unknown): unknown {
  if (!toolName.endsWith('spawn_agent') || typeof output !== 'string') return undefined;
  const result = parsedJson(output);
  return isFields(result) ? result.agent_id : undefined;
}
