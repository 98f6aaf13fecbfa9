/** Messages of a window, with or without their texts. */
import type { PartName } from '../record/context.ts';
import type { Step, StoredText, ToolCall } from '../record/step.ts';
import { nodeIdOf } from './ids.ts';
import type { ContextWindow, WindowEntry } from './window.ts';

/** What one step has in the window: of an assistant's, its calls and their results too. */
export interface ContextMessage {
  readonly node_id: string;
  readonly step_index: number;
  readonly role: 'user' | 'assistant';
  readonly parts: readonly PartName[];
  readonly token_estimate: number;
  readonly dropped_results: readonly string[];
  readonly content?: StoredText;
  readonly reasoning?: StoredText;
  readonly tool_calls?: ReadonlyArray<Pick<ToolCall, 'tool_call_id' | 'tool_name' | 'input'>>;
  readonly results?: ReadonlyArray<{ readonly tool_call_id: string; readonly content: StoredText | null }>;
  readonly attachments?: NonNullable<Step['attachments']>;
}

/** The content of a `messages` layer. */
export interface MessagesContent {
  readonly messages: readonly ContextMessage[];
  readonly total_token_estimate: number;
  readonly span_first_step: number | null;
  readonly span_last_step: number | null;
  /** True when the window begins behind a compaction. */
  readonly is_summary: boolean;
  readonly compacted_at_step: number | null;
}

/** `steps`: texts are taken from them; without, the messages have none. */
export function messagesOf(
  traceId: string,
  { entries, tokens, compactedAt }: ContextWindow,
  steps?: ReadonlyMap<number, Step>,
): MessagesContent {
  return {
    messages: entries.map((entry) => messageOf(traceId, entry, steps?.get(entry.step))),
    total_token_estimate: tokens,
    span_first_step: entries[0]?.step ?? null,
    span_last_step: entries.at(-1)?.step ?? null,
    is_summary: compactedAt !== null,
    compacted_at_step: compactedAt,
  };
}

function messageOf(traceId: string, entry: WindowEntry, step: Step | undefined): ContextMessage {
  const { parts, droppedResults = [] } = entry;
  return {
    node_id: nodeIdOf(traceId, entry.step),
    step_index: entry.step,
    role: entry.enters === 'output' ? 'assistant' : 'user',
    parts,
    token_estimate: entry.tokens,
    dropped_results: droppedResults,
    ...(step === undefined ? {} : textsOf(step, parts, droppedResults)),
  };
}

function textsOf(
  step: Step,
  parts: readonly PartName[],
  dropped: readonly string[],
): Partial<ContextMessage> {
  const has = (part: PartName): boolean => parts.includes(part);
  const { content, reasoning_content, tool_calls, observations, attachments } = step;
  return {
    ...(has('text') && content ? { content } : {}),
    ...(has('reasoning') && reasoning_content ? { reasoning: reasoning_content } : {}),
    ...(tool_calls.length === 0
      ? {}
      : {
          tool_calls: tool_calls.map(({ tool_call_id, tool_name, input }) => ({
            tool_call_id,
            tool_name,
            input,
          })),
          results: observations
            .filter(({ source_call_id }) => !dropped.includes(source_call_id))
            .map(({ source_call_id, content: result }) => ({
              tool_call_id: source_call_id,
              content: result ?? null,
            })),
        }),
    ...(has('attachments') && attachments ? { attachments } : {}),
  };
}
