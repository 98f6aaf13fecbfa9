/** The document on stdin of `security sanitize`: what it is, and what it must not be. */

import { OtError } from '../base/errors.ts';
import { isLossy, quoteInexactNumbers } from '../base/json-text.ts';

export const INPUT_LIMIT = 32 * 1024 * 1024;
/** Deeper documents are refused: not every reader of the answer could follow. */
const MAX_DEPTH = 1000;
const KINDS = ['text', 'row', 'record'] as const;

export interface SanitizeInput {
  readonly kind: (typeof KINDS)[number];
  /** A string for `text`; an object otherwise. Numbers that JavaScript cannot hold are strings of their digits. */
  readonly value: unknown;
}

/**
 * One JSON object with exactly one of `text`, `row` and `record`. Throws `OT_INPUT_ENCODING`, `OT_INPUT_JSON`,
 * `OT_INPUT_TOO_DEEP` or `OT_INPUT_SHAPE` (usage); no message quotes the input.
 */
export function decodeSanitizeInput(bytes: Buffer): SanitizeInput {
  const text = decodeUtf8(bytes);
  if (depthOf(bytes) > MAX_DEPTH) {
    throw new OtError('OT_INPUT_TOO_DEEP', 'usage', `the input is nested more than ${MAX_DEPTH} levels deep`);
  }
  const document = parse(text);
  const keys = isObject(document) ? Object.keys(document) : [];
  const kind = KINDS.find((each) => each === keys[0]);
  if (kind === undefined || keys.length !== 1) throw badShape();
  const value = (document as Record<string, unknown>)[kind];
  if (kind === 'text' ? typeof value !== 'string' : !isObject(value)) throw badShape();
  return { kind, value };
}

export function tooLarge(): OtError {
  return new OtError('OT_INPUT_TOO_LARGE', 'usage', `the input is larger than ${INPUT_LIMIT / 1048576} MiB`, {
    hint: 'give it in parts',
  });
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OtError('OT_INPUT_ENCODING', 'usage', 'the input is no UTF-8 text');
  }
}

function parse(text: string): unknown {
  try {
    JSON.parse(text);
    return JSON.parse(quoteInexactNumbers(text, isLossy));
  } catch {
    throw new OtError('OT_INPUT_JSON', 'usage', 'the input is no JSON document', {
      hint: `give one object on stdin: {"text": "..."}, {"row": {...}} or {"record": {...}}`,
    });
  }
}

/** Levels of brackets outside of strings. */
function depthOf(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    if (depth > deepest) deepest = depth;
  }
  return deepest;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badShape(): OtError {
  return new OtError(
    'OT_INPUT_SHAPE',
    'usage',
    'the input is no object with one of text (a string), row and record (objects)',
  );
}
