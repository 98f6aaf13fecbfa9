/** Calls of tools: function calls, custom tools with free text, and what runs on the server. */

import { patchFactsOf } from '../../record/apply-patch.ts';
import type { ToolCall } from '../../record/step.ts';
import { cutText, type Fields, fieldsOf, filledOf, textOf } from '../shared/fields.ts';
import type { Limitations } from '../shared/limitations.ts';
import { jsonInput, toolInput } from '../shared/tool-input.ts';
import type { RolloutEntry } from './lines.ts';

/** Type of a response item to what kind of call it is. */
export const CALL_KINDS: ReadonlyMap<unknown, string> = new Map([
  ['function_call', 'function'],
  ['custom_tool_call', 'custom'],
  ['local_shell_call', 'local_shell'],
  ['tool_search_call', 'tool_search'],
  ['web_search_call', 'web_search'],
  ['image_generation_call', 'image_generation'],
]);

/** Calls that end with the item itself: no output of theirs follows. */
export const SERVER_KINDS: ReadonlySet<string> = new Set(['web_search', 'image_generation']);

/** The call an item makes; its id is the item's, or follows from its place. */
export function callOf(entry: RolloutEntry, limits: Limitations): ToolCall {
  const { payload } = entry;
  const kind = CALL_KINDS.get(payload.type) ?? 'function';
  const id = filledOf(payload.call_id) ?? filledOf(payload.id) ?? `call-${entry.line}`;
  const name = nameOf(payload, kind);
  const input = inputOf(entry, kind, limits);
  return { tool_call_id: id, tool_name: name, input, metadata: metadataOf(payload, kind, name, input) };
}

function nameOf(payload: Fields, kind: string): string {
  const name = filledOf(payload.name) ?? (kind === 'function' ? 'unknown' : kind);
  const space = filledOf(payload.namespace);
  if (space === undefined) return cutText(name, 300);
  return cutText(name.startsWith('_') ? `${space}${name}` : `${space}__${name}`, 300);
}

function inputOf(entry: RolloutEntry, kind: string, limits: Limitations): unknown {
  const { payload } = entry;
  if (kind === 'custom' && typeof payload.input === 'string') return { input: payload.input };
  if (kind === 'image_generation') return { prompt: textOf(payload.revised_prompt) ?? '' };
  if (typeof payload.arguments === 'string') return jsonInput(limits, entry, payload.arguments);
  const key = kind === 'web_search' || kind === 'local_shell' ? 'action' : inputKey(kind);
  return toolInput(entry, [...entry.path, key], limits);
}

function inputKey(kind: string): string {
  return kind === 'custom' ? 'input' : 'arguments';
}

function metadataOf(payload: Fields, kind: string, name: string, input: unknown): Record<string, unknown> {
  const status = filledOf(payload.status);
  return {
    kind,
    ...(status === undefined ? {} : { status: cutText(status, 100) }),
    ...patchFactsOf(name, input),
  };
}

/** Bytes of a generated image, base64 in `result`. */
export function generatedImage(payload: Fields): unknown {
  return payload.type === 'image_generation_call' ? payload.result : undefined;
}

/** Small facts about a call out of an event that tells of its end; undefined for other events. */
export function endFactsOf(payload: Fields): Record<string, unknown> | undefined {
  switch (payload.type) {
    case 'exec_command_end':
      return { ...numberFact('exit_code', payload.exit_code), ...durationFact(payload.duration) };
    case 'mcp_tool_call_end':
      return { ...durationFact(payload.duration), success: mcpSuccess(payload.result) };
    case 'patch_apply_end':
      return { success: payload.success !== false, changes: changesOf(payload.changes) };
    default:
      return undefined;
  }
}

function numberFact(name: string, value: unknown): Record<string, unknown> {
  return Number.isSafeInteger(value) ? { [name]: value } : {};
}

function durationFact(value: unknown): Record<string, unknown> {
  const { secs, nanos } = fieldsOf(value) ?? {};
  if (!Number.isSafeInteger(secs) || !Number.isSafeInteger(nanos)) return {};
  return { duration_ms: Math.round(Number(secs) * 1000 + Number(nanos) / 1e6) };
}

function mcpSuccess(value: unknown): boolean {
  const result = fieldsOf(value);
  if (result === undefined || result.Err !== undefined) return result === undefined;
  return fieldsOf(result.Ok)?.isError !== true && fieldsOf(result.Ok)?.is_error !== true;
}

const MAX_CHANGES = 200;

/** What the program did to which files; the texts stand in the source. */
function changesOf(value: unknown): ReadonlyArray<Record<string, unknown>> {
  const changes = Object.entries(fieldsOf(value) ?? {}).slice(0, MAX_CHANGES);
  return changes.map(([path, change]) => {
    const { type, move_path } = fieldsOf(change) ?? {};
    const moved = filledOf(move_path);
    return {
      path: cutText(path, 1024),
      op: cutText(filledOf(type) ?? 'unknown', 40),
      ...(moved === undefined ? {} : { move_to: cutText(moved, 1024) }),
    };
  });
}
