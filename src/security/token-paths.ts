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

/** Finds places by byte offset; `line` is `JSON.stringify(value)` in UTF-8. */
export class TokenPaths {
  readonly #tokens: readonly StringToken[];
  readonly #paths: readonly string[];

  constructor(line: Buffer, value: unknown) {
    this.#tokens = stringTokens(fromBytes(line));
    this.#paths = [...pathsOf(value, '')];
  }

  /** The string, or key of a string, that holds this byte. */
  at(offset: number): Place | null {
    const index = tokenIndexAt(this.#tokens, offset);
    const token = this.#tokens[index];
    return token === undefined ? null : { path: this.#paths[index] ?? '', token };
  }
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
