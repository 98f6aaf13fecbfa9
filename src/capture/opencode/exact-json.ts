/** JSON text kept as the value it spells wherever that value spells the very same text again. */
import { inspectJson } from '../shared/nesting.ts';
import { parsedJson } from '../shared/tool-input.ts';

/** The object or list in `text`, or null when writing it with `indent` spaces would not give `text`. */
export function exactValueOf(text: string, indent: number): object | null {
  if (!text.startsWith('{') && !text.startsWith('[')) return null;
  const value = parsedJson(text);
  if (typeof value !== 'object' || value === null || inspectJson(value).deep) return null;
  return JSON.stringify(value, null, indent) === text ? value : null;
}
