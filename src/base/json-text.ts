/** Work on the text of JSON without parsing it: find where a value ends, keep numbers JavaScript cannot. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Exclusive end of the object or array that starts at `start`, or -1 when it is not closed before the end
 * of `bytes`. Looks at brackets and strings only, so the value may still be no JSON; every byte is looked
 * at once, and nesting costs no stack.
 */
export function jsonContainerEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let i = start; i < bytes.length; i += 1) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      i = stringEnd(bytes, i);
      if (i < 0) return -1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth <= 0) return i + 1;
    }
  }
  return -1;
}

/** Exclusive end of the JSON value of any kind that starts at `start`, or -1 when it is not closed. */
export function jsonValueEnd(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === 0x7b || first === 0x5b) return jsonContainerEnd(bytes, start);
  if (first === QUOTE) {
    const close = stringEnd(bytes, start);
    return close < 0 ? -1 : close + 1;
  }
  let i = start;
  while (i < bytes.length && !isJsonSpace(bytes[i]!) && bytes[i] !== 0x2c && bytes[i] !== 0x5d) i += 1;
  return i > start ? i : -1;
}

/** Index of the quote that closes the string opened at `open`, or -1. */
function stringEnd(bytes: Buffer, open: number): number {
  for (let i = open + 1; i < bytes.length; i += 1) {
    if (bytes[i] === BACKSLASH) i += 1;
    else if (bytes[i] === QUOTE) return i;
  }
  return -1;
}

/** Index of the first byte at or after `start` that is no JSON white space; `bytes.length` when none. */
export function skipJsonSpace(bytes: Buffer, start: number): number {
  let i = start;
  while (i < bytes.length && isJsonSpace(bytes[i]!)) i += 1;
  return i;
}

function isJsonSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** True when a parsed number is not what its source text said: beyond 2^53, or beyond the double range. */
export function isInexact(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** True when reading a number and writing it again gives another one. Exponents are approximate to begin with. */
export function isLossy(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return true;
  return !Number.isSafeInteger(value) && /^-?\d+$/.test(token) && BigInt(token) !== BigInt(value);
}

/**
 * The same JSON with every number that would be {@link isInexact}, or what else `isWanted` says of its source text,
 * turned into a string of that text, so that `JSON.parse` of the result loses no digit. `json` must be valid JSON.
 */
export function quoteInexactNumbers(
  json: string,
  isWanted: (token: string) => boolean = (token) => isInexact(Number(token)),
): string {
  const pieces: string[] = [];
  let copied = 0;
  for (let i = 0; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) {
      i = closingQuote(json, i);
    } else if (isNumberStart(code)) {
      const end = numberEnd(json, i);
      const token = json.slice(i, end);
      if (isWanted(token)) {
        pieces.push(json.slice(copied, i), `"${token}"`);
        copied = end;
      }
      i = end - 1;
    }
  }
  pieces.push(json.slice(copied));
  return pieces.join('');
}

function closingQuote(json: string, open: number): number {
  for (let i = open + 1; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return json.length;
}

function isNumberStart(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

function numberEnd(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length && '0123456789.eE+-'.includes(json[i]!)) i += 1;
  return i;
}
