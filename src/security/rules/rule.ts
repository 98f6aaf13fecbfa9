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
  /** The pattern behind `match` where there is one; information, for benchmarks. */
  readonly pattern?: RegExp;
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
 * secret is its first group, or all of it. A group named `from`, in a look-behind, says where a secret begins
 * that has its anchor inside.
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
    const { from } = found.indices!.groups ?? {};
    const [start, end] = from ? [from[0], found.indices![0]![1]] : (found.indices![1] ?? found.indices![0]!);
    return options.accept === undefined || options.accept(text.slice(start, end)) ? { start, end } : null;
  };
  return { name, kind, anchors, certain: options.certain ?? false, pattern, match };
}

/**
 * A key or token that its own shape gives away, wherever it stands; `anchors` are parted by spaces. Samples
 * of documentation are let pass.
 */
export function token(
  name: string,
  kind: Kind,
  anchors: string,
  pattern: RegExp,
  accept: (secret: string) => boolean = isNoSample,
): Rule {
  return shape(name, kind, anchors.split(' '), pattern, { certain: true, accept });
}

/** {@link token} that no letter or digit touches on either side. */
export function word(
  name: string,
  kind: Kind,
  anchors: string,
  pattern: RegExp,
  accept: (secret: string) => boolean = isNoSample,
): Rule {
  const bounded = new RegExp(`(?<![A-Za-z0-9])(?:${pattern.source})(?![A-Za-z0-9])`, pattern.flags);
  return token(name, kind, anchors, bounded, accept);
}

/** Words and patterns of documentation that stand where a key would. */
const SAMPLE = /placeholder|your[-_]|redacted|dummy|changeme|x{8}|\*{4}|\.{3}|<|\$\{/i;

export function isNoSample(secret: string): boolean {
  return !SAMPLE.test(secret);
}

/** Looks drawn at random: no sample, has a digit or letters of both cases, and at least three bits a character. */
export function looksRandom(secret: string): boolean {
  return isMixed(secret) && isNoSample(secret) && entropyOf(secret) >= 3;
}

function isMixed(secret: string): boolean {
  return /[0-9]/.test(secret) || /[a-z][A-Z]{1,3}[a-z]/.test(secret);
}

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
