/** Option values and arguments as typed, decoded. Each throws `OT_BAD_VALUE` (exit 2) naming the option. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OtError } from '../base/errors.ts';
import { isRemoteUrl } from '../git/remote-url.ts';
import type { StepSelection } from '../trace/get.ts';
import { quoteWord } from './usage-error.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A whole number from `least` up to 1,000,000,000. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= 1_000_000_000) return value;
  throw badValue(option, text, `give a whole number of at least ${least}`);
}

/** Forms of a time, for the help of commands that take one. */
export const TIME_FORMS =
  'A TIME is a date (2026-03-31; --since begins with its start, --until goes on to its end), a time ' +
  '(2026-03-31T12:00, of UTC unless a zone follows: Z or +02:00) or a span before now in minutes, hours, days or ' +
  'weeks (30m, 12h, 7d, 2w).';

/**
 * An ISO 8601 date or time (UTC where it names no zone), or a span before `now` such as `12h` or `7d`. A bare
 * date is the start or the end of its day.
 */
export function pointInTime(
  option: string,
  text: string,
  now: Date,
  edge: 'start' | 'end' = 'start',
): string {
  const span = /^(\d{1,6})([mhdw])$/.exec(text);
  if (span !== null) {
    const ago = Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS];
    return new Date(now.getTime() - ago).toISOString();
  }
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text,
  );
  if (iso !== null && isDay(text.slice(0, 10))) {
    const [, clock = edge === 'start' ? '00:00' : '23:59:59.999', zone = 'Z'] = iso;
    const time = new Date(`${text.slice(0, 10)}T${clock}${zone}`);
    if (!Number.isNaN(time.getTime())) return time.toISOString();
  }
  const forms = 'a date (2026-03-31), a time (2026-03-31T12:00Z) or a span before now (30m, 12h, 7d, 2w)';
  throw badValue(option, text, `give ${forms}`);
}

export interface TimeRange {
  /** ISO 8601, as {@link pointInTime} gives them. */
  readonly since?: string;
  readonly until?: string;
}

/** Values of `--since` and `--until`, each as typed or left out; a range that ends before it begins is refused. */
export function timeRange(since: string | undefined, until: string | undefined, now: Date): TimeRange {
  const range = {
    ...(since === undefined ? {} : { since: pointInTime('--since', since, now) }),
    ...(until === undefined ? {} : { until: pointInTime('--until', until, now, 'end') }),
  };
  if (range.since === undefined || range.until === undefined || range.since <= range.until) return range;
  const typed = `--since ${quoteWord(since!)} is later than --until ${quoteWord(until!)}`;
  throw new OtError('OT_BAD_VALUE', 'usage', `${typed}: no time is between them`, {
    hint: 'a span counts back from now: --since 7d --until 1d',
  });
}

/** False for days that no calendar has, which `Date` takes for later ones: 2026-02-30. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** One of a few words. */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw badValue(option, text, `give one of: ${words.join(', ')}`);
}

export interface TraceReference {
  /** Trace id or prefix, as typed. */
  readonly id: string;
  readonly steps: StepSelection;
}

/**
 * `ID`, `ID:7`, `ID:3-9` or `ID:last`; or a reference as `trace query` and `trace map` give it: `t:ID`, `tu:ID:7`
 * and `tmn:ID:7.2`, which is a node of step 7.
 */
export function traceReference(text: string): TraceReference {
  const isNode = text.startsWith('tmn:');
  const bare = text.replace(/^(?:tu?|tmn):/, '');
  const place = isNode ? bare.replace(/\.\d{1,9}$/, '') : bare;
  const colon = place.indexOf(':');
  if (colon < 0) return { id: place, steps: 'all' };
  return { id: place.slice(0, colon), steps: stepSelection(place.slice(colon + 1)) };
}

/** `ID`, or what `trace query` gives as the reference of a trace or of its map: `t:ID`, `tmn:ID`. */
export function wholeTrace(text: string): string {
  return text.replace(/^(?:t|tmn):/, '');
}

function stepSelection(text: string): StepSelection {
  if (text === 'last') return 'last';
  const range = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
  const from = Number(range?.[1]);
  const to = Number(range?.[2] ?? range?.[1]);
  if (range !== null && from >= 1 && to >= from) return { from, to };
  throw badValue('ID:STEPS', text, 'give a step (ID:7), a range (ID:3-9) or ID:last');
}

/** Absolute path of a folder that is there, typed in `cwd`. */
export async function existingFolder(option: string, text: string, cwd: string): Promise<string> {
  const path = resolve(cwd, text);
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) return path;
  throw badValue(option, text, 'give a folder that exists');
}

/** A remote as git names one; a path is taken from the folder it was typed in, not from the bucket's. */
export function remoteUrl(text: string, cwd: string): string {
  const isPath = !isRemoteUrl(text) && /^[^-]/.test(text) && text.trim() !== '' && !text.includes(':');
  return isPath ? resolve(cwd, text) : text;
}

function badValue(option: string, text: string, hint: string): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', `${option} does not take ${quoteWord(text)}`, { hint });
}
