/** Readers of fields in entries nobody validated: each returns the value in the type asked for, or nothing. */

import { type Fields, isFields } from '../../base/fields.ts';

export { type Fields, isFields, listOf } from '../../base/fields.ts';

export function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A string that is not empty. */
export function filledOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A token or item count: an integer from 0 to 10^12, else 0, so that sums stay exact. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : 0;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const CANONICAL_TIME = /^\d{4}-(?:0\d|1[0-2])-[0-3]\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT[0-9:.]{5,20}(?:Z|[+-]\d\d:?\d\d)?$/;

/** ISO 8601 UTC with milliseconds, or null when the value is no timestamp. A time without zone is UTC. */
export function timeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (CANONICAL_TIME.test(value)) return Number.isNaN(Date.parse(value)) ? null : value;
  if (value.length > 40 || !TIMESTAMP.test(value)) return null;
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** At most `max` UTF-16 units, never ending in half a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** First line with something in it, without terminal codes and control characters, at most `max` units. */
export function firstLine(text: string, max: number): string {
  const head = cutText(text, 4096)
    .replace(/\u001b\[[0-9;]{0,20}[A-Za-z]/g, '')
    .trimStart();
  const line = head.split('\n', 1)[0] ?? '';
  return cutText(line.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim(), max);
}

/** A native agent id as it may stand in an id: word characters and dashes, at most 64. */
export function agentIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.slice(0, 64).replace(/[^A-Za-z0-9_-]/g, '_');
}

/** JSON text of a value, empty when it is nested too deep to be written. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
