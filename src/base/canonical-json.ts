/**
 * Canonical JSON after RFC 8785: keys in UTF-16 code unit order, ECMAScript number form, UTF-8, no white
 * space. One encoding, so that equal records are equal bytes and git stores them once.
 */
import { OtError } from './errors.ts';

/** Deepest nesting that is written; parsers cut deeper values before they get here. */
export const MAX_DEPTH = 500;

/**
 * Canonical text of a JSON value. `undefined` members are left out, as in `JSON.stringify`; a lone
 * surrogate stays as an escape. Throws `OT_JSON_VALUE` on what JSON cannot hold (NaN, a bigint, a
 * function) and on nesting deeper than {@link MAX_DEPTH}.
 */
export function canonicalJson(value: unknown): string {
  return encode(value, 0);
}

function encode(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (value === null || value === true || value === false) return String(value);
  if (typeof value !== 'object') throw notJson(typeof value);
  if (depth >= MAX_DEPTH) throw notJson('nesting too deep');
  return Array.isArray(value) ? encodeArray(value, depth) : encodeObject(value as object, depth);
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw notJson(String(value));
  return JSON.stringify(value);
}

function encodeArray(items: readonly unknown[], depth: number): string {
  let out = '[';
  for (let i = 0; i < items.length; i += 1) {
    if (i > 0) out += ',';
    const item = items[i];
    out += item === undefined ? 'null' : encode(item, depth + 1);
  }
  return `${out}]`;
}

function encodeObject(object: object, depth: number): string {
  const keys = Object.keys(object).sort();
  let out = '{';
  for (const key of keys) {
    const member = (object as Record<string, unknown>)[key];
    if (member === undefined) continue;
    if (out.length > 1) out += ',';
    out += `${JSON.stringify(key)}:${encode(member, depth + 1)}`;
  }
  return `${out}}`;
}

function notJson(what: string): OtError {
  return new OtError('OT_JSON_VALUE', 'usage', `a value cannot be written as JSON: ${what}`);
}
