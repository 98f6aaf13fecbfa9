/**
 * Tokens of a text, estimated without a tokenizer: agents' tokenizers are not public, and what counts is
 * that windows of one session compare.
 */
import type { PartName } from '../record/context.ts';
import type { WindowParts } from './window-step.ts';

/** Rough average of bytes per token over prose and code. */
const BYTES_PER_TOKEN = 4;

/** Estimated tokens of an image, whatever its size: models scale them. */
const ATTACHMENT_TOKENS = 1500;

/** Estimated tokens, 0 only for the empty text. */
export function estimateTokens(text: string): number {
  return text === '' ? 0 : Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_PER_TOKEN);
}

/** Tokens of each part that is not empty; undefined when all are. */
export function tokensOf(step: WindowParts): Record<string, number> | undefined {
  const sizes: [PartName, number][] = [
    ['text', estimateTokens(step.content ?? '')],
    ['reasoning', estimateTokens(step.reasoning_content ?? '')],
    ['calls', sum(step.tool_calls.map(callTokens))],
    ['results', sum(step.observations.map(({ content }) => estimateTokens(content ?? '')))],
    ['attachments', (step.attachments?.length ?? 0) * ATTACHMENT_TOKENS],
  ];
  const found = sizes.filter(([, tokens]) => tokens > 0);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

export function callTokens({ tool_name, input }: WindowParts['tool_calls'][number]): number {
  return estimateTokens(`${tool_name}${JSON.stringify(input ?? null)}`);
}

/** Tokens of the result of each call that has one with a text. */
export function* resultTokens({ observations }: WindowParts): Iterable<readonly [string, number]> {
  for (const { source_call_id, content } of observations) {
    if (typeof content === 'string' && content !== '') yield [source_call_id, estimateTokens(content)];
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
