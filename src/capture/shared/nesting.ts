/** Tool arguments are whatever a model wrote: bounded in depth and exact in numbers before they are kept. */
import { isInexact } from '../../base/json-text.ts';

/** Deepest nesting of a tool's arguments; records and their canonical form allow some more around it. */
export const MAX_INPUT_DEPTH = 200;

/** What a look through a value found. */
export interface Inspection {
  readonly deep: boolean;
  readonly inexact: boolean;
}

/** Looks through a parsed JSON value without recursion. */
export function inspectJson(root: unknown): Inspection {
  let inexact = false;
  const stack: Array<readonly [unknown, number]> = [[root, 0]];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [value, depth] = top;
    if (typeof value === 'number') inexact ||= isInexact(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_INPUT_DEPTH) return { deep: true, inexact };
    for (const member of Object.values(value)) {
      if (typeof member === 'object' || typeof member === 'number') stack.push([member, depth + 1]);
    }
  }
  return { deep: false, inexact };
}
