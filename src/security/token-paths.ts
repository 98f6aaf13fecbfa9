/** Names the place of a match in a JSON document that `JSON.stringify` wrote. */
import { fromBytes } from './byte-text.ts';
import { type StringToken, stringTokens } from './json-strings.ts';

/** Longest path that is told; what lies deeper is told by its beginning. */
const MAX_PATH = 200;

export interface Place {
  /** `steps[0].content`. Made of the document's own keys: to be sealed before it is shown. */
  readonly path: string;
  readonly token: StringToken;
}

/**
 * The strings, or keys of strings, that hold these byte offsets, which ascend; `line` is `JSON.stringify(value)` in
 * UTF-8. Paths of other strings are not kept.
 */
export function placesAt(line: Buffer, value: unknown, offsets: readonly number[]): Place[] {
  const tokens = stringTokens(fromBytes(line));
  const paths = pathsOf(value, '');
  let at = -1;
  let path = '';
  return offsets.map((offset) => {
    const index = tokenIndexAt(tokens, offset);
    for (; at < index; at += 1) path = (paths.next().value as string | undefined) ?? '';
    return { path, token: tokens[index]! };
  });
}

/** Index of the first token that does not end before this byte. */
export function tokenIndexAt(tokens: readonly StringToken[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tokens[middle]!.end < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One path per string and key, in the order `JSON.stringify` writes them. */
function* pathsOf(value: unknown, path: string): Generator<string> {
  if (typeof value === 'string') {
    yield path;
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* pathsOf(item, extended(path, `[${index}]`));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const below = extended(path, path === '' ? key : `.${key}`);
      yield below;
      yield* pathsOf(item, below);
    }
  }
}

function extended(path: string, part: string): string {
  return path.length >= MAX_PATH ? path : (path + part).slice(0, MAX_PATH);
}
