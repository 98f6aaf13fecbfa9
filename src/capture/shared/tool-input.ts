/** Arguments of a tool as records keep them: bounded in depth, exact in numbers, whole in text. */
import { quoteInexactNumbers } from '../../base/json-text.ts';
import type { Entry } from './entry-reader.ts';
import type { Limitations, Place } from './limitations.ts';
import { inspectJson } from './nesting.ts';

/**
 * Arguments as the model wrote them; too deep ones stay in the source only and count as `deep_nesting`.
 * `exact` gives the same value read again with every number beyond a double's exactness as its digits.
 */
export function boundedInput(
  limits: Limitations,
  place: Place,
  input: unknown,
  exact: () => unknown,
): unknown {
  const { deep, inexact } = inspectJson(input);
  if (deep) {
    limits.add('deep_nesting', place);
    return { unread: 'nested too deep' };
  }
  return inexact ? exact() : input;
}

/** Arguments that stand in an entry at `path`, which tells them from those of other calls in it. */
export function toolInput(entry: Entry, path: ReadonlyArray<string | number>, limits: Limitations): unknown {
  const exact = (): unknown => valueAt(parsedJson(quoteInexactNumbers(entry.bytes.toString('utf8'))), path);
  return boundedInput(limits, entry, valueAt(entry.fields, path) ?? {}, () => exact() ?? {});
}

function valueAt(root: unknown, path: ReadonlyArray<string | number>): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** Arguments written as JSON text; text that is no JSON stands under `text` and counts as `bad_arguments`. */
export function jsonInput(limits: Limitations, place: Place, json: string): unknown {
  const value = parsedJson(json);
  if (value === undefined) {
    limits.add('bad_arguments', place);
    return { text: json };
  }
  return boundedInput(limits, place, value, () => parsedJson(quoteInexactNumbers(json)) ?? {});
}

/** The parsed value, undefined when the text is no JSON. */
export function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
