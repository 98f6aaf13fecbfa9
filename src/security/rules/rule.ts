/** What a rule of an anchored detector is, and the ways to write one. */
import type { Kind } from '../contract.ts';
import type { Span } from '../placeholder.ts';

export interface Rule {
  readonly name: string;
  readonly kind: Kind;
  /** Lower-case literals; `match` is asked wherever one occurs, in any letter case. */
  readonly anchors: readonly string[];
  /** True for shapes that cannot be a coincidence in random base64. */
  readonly certain: boolean;
  /** The secret's span when the text around the anchor at `at` holds one. Bounded work, whatever the text. */
  match(text: string, at: number): Span | null;
}

export interface ShapeOptions {
  readonly certain?: boolean;
  /** Second look at the matched secret: false drops it. */
  readonly accept?: (secret: string) => boolean;
}

/**
 * A rule by pattern. `pattern` is matched at the anchor itself (flag `y`), all its quantifiers bounded; the
 * secret is its first group, or all of it.
 */
export function shape(
  name: string,
  kind: Kind,
  anchors: readonly string[],
  pattern: RegExp,
  options: ShapeOptions = {},
): Rule {
  const sticky = new RegExp(pattern.source, `${pattern.flags}dy`);
  const match = (text: string, at: number): Span | null => {
    sticky.lastIndex = at;
    const found = sticky.exec(text);
    if (found === null) return null;
    const [start, end] = found.indices![1] ?? found.indices![0]!;
    return options.accept === undefined || options.accept(text.slice(start, end)) ? { start, end } : null;
  };
  return { name, kind, anchors, certain: options.certain ?? false, match };
}

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
