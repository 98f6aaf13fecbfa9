/** Times that formats give as milliseconds since 1970. */

const YEAR_1970 = 0;
const YEAR_9999 = 253_402_300_799_999;

/** ISO 8601 UTC with milliseconds, or null when the value is no time up to the year 9999. */
export function timeOfMillis(value: unknown): string | null {
  if (typeof value !== 'number' || !(value > YEAR_1970 && value <= YEAR_9999)) return null;
  return new Date(Math.trunc(value)).toISOString();
}
