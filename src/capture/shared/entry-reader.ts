/**
 * From a line of a transcript to its entries. Concurrent appends leave several objects on one line, a
 * crash leaves half of one; what is whole is recovered, what is not is counted.
 */
import { isUtf8 } from 'node:buffer';
import { jsonContainerEnd, skipJsonSpace } from '../../base/json-text.ts';
import type { Line } from '../../base/jsonl.ts';
import { type Fields, isFields } from './fields.ts';
import type { Limitations, Place } from './limitations.ts';

/** One JSON object of a source and where it stands. */
export interface Entry extends Place {
  readonly fields: Fields;
  /** The object's own bytes. */
  readonly bytes: Buffer;
}

const BRACE = 0x7b;
const MAX_RESTARTS = 16;

/**
 * Entries of one line in order; counts `bad_line`, `glued_line`, `invalid_utf8`, `truncated_last_line`.
 * `openings`: how the agent begins its entries; behind a broken one reading starts again at the next.
 */
export function readEntries(line: Line, limits: Limitations, openings: readonly string[]): Entry[] {
  const bytes = line.number === 1 ? withoutBom(line.bytes) : line.bytes;
  if (skipJsonSpace(bytes, 0) === bytes.length) return [];
  if (!isUtf8(bytes)) limits.add('invalid_utf8', placeOf(line));
  const whole = parseText(bytes);
  if (whole === undefined) return readDamagedLine({ line, bytes, limits, openings });
  if (isFields(whole)) return [entryAt(placeOf(line), whole, bytes)];
  limits.add('bad_line', placeOf(line), 'not an object');
  return [];
}

function placeOf(line: Line): Place {
  return { line: line.number, offset: line.offset };
}

function withoutBom(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function entryAt(place: Place, fields: Fields, bytes: Buffer): Entry {
  return { fields, bytes, line: place.line, offset: place.offset };
}

/** The parsed value, or undefined when the bytes are no JSON. */
export function parseText(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

interface DamagedLine {
  readonly line: Line;
  readonly bytes: Buffer;
  readonly limits: Limitations;
  readonly openings: readonly string[];
}

function readDamagedLine({ line, bytes, limits, openings }: DamagedLine): Entry[] {
  const found: Entry[] = [];
  let restarts = 0;
  let at = skipJsonSpace(bytes, 0);
  while (at < bytes.length) {
    const end = bytes[at] === BRACE ? jsonContainerEnd(bytes, at) : -1;
    const next = end < 0 ? bytes.length : skipJsonSpace(bytes, end);
    // Behind a broken object only one that closes the line is an entry: an object nested in the broken
    // one looks the same, but text follows it.
    const trusted = end > 0 && (restarts === 0 || next === bytes.length);
    const value = trusted ? parseText(bytes.subarray(at, end)) : undefined;
    if (isFields(value)) {
      found.push(entryAt(placeOf(line), value, bytes.subarray(at, end)));
      at = next;
    } else {
      restarts += 1;
      at = restarts > MAX_RESTARTS ? bytes.length : nextOpening(bytes, at + 1, openings);
    }
  }
  report(line, found.length, restarts > 0, limits);
  return found;
}

function nextOpening(bytes: Buffer, from: number, openings: readonly string[]): number {
  let next = bytes.length;
  for (const opening of openings) {
    const at = bytes.indexOf(opening, from);
    if (at >= 0 && at < next) next = at;
  }
  return next;
}

function report(line: Line, found: number, lost: boolean, limits: Limitations): void {
  if (found > 1 || (found === 1 && lost)) limits.add('glued_line', placeOf(line));
  if (!lost) return;
  limits.add(line.terminated ? 'bad_line' : 'truncated_last_line', placeOf(line));
}
