/**
 * Ids and names of a step are strings in its record, whatever length a session gives them: a text of more than
 * 16 KiB becomes a blob, and a name that is one could not be read back.
 */
import { createHash } from 'node:crypto';
import type { ParsedStep } from './session-source.ts';
import { cutText } from './shared/fields.ts';

/** Real ones have less than a hundred units. */
const MAX_NAME = 1024;

/** The step itself when no name in it is too long. Names that differ stay different. */
export function withBoundedNames(step: ParsedStep): ParsedStep {
  const { origin, tool_calls, observations, attachments = [] } = step as unknown as Named;
  const records = [step, origin, ...tool_calls, ...observations, ...attachments];
  if (!records.some(hasLongName)) return step;
  return {
    ...boundedMembers(step),
    origin: boundedMembers(origin),
    tool_calls: tool_calls.map(boundedMembers),
    observations: observations.map(boundedMembers),
    ...(step.attachments === undefined ? {} : { attachments: attachments.map(boundedMembers) }),
  } as ParsedStep;
}

/** The parts of a step that have names. */
interface Named {
  readonly origin: object;
  readonly tool_calls: readonly object[];
  readonly observations: readonly object[];
  readonly attachments?: readonly object[];
}

/** Texts of a step: everything else that is a string is a name. */
const TEXTS: ReadonlySet<string> = new Set(['content', 'reasoning_content', 'input']);

function hasLongName(record: object): boolean {
  for (const key in record) {
    const value = (record as Readonly<Record<string, unknown>>)[key];
    if (typeof value === 'string' && value.length > MAX_NAME && !TEXTS.has(key)) return true;
  }
  return false;
}

function boundedMembers<T extends object>(record: T): T {
  const bounded = Object.entries(record).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'string' && !TEXTS.has(key) ? boundedName(value) : value,
  ]);
  return Object.fromEntries(bounded) as T;
}

function boundedName(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const digest = createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, 16);
  return `${cutText(name, MAX_NAME - digest.length - 1)}~${digest}`;
}
