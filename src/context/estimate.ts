/**
 * Tokens of a text, estimated without a tokenizer: agents' tokenizers are not public, and what counts is
 * that windows of one session compare.
 */

/** Rough average of bytes per token over prose and code. */
const BYTES_PER_TOKEN = 4;

/** Estimated tokens, 0 only for the empty text. */
export function estimateTokens(text: string): number {
  return text === '' ? 0 : Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_PER_TOKEN);
}
