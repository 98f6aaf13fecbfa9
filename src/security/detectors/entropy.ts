/**
 * Tool `entropy`: random-looking values where a secret is expected: assigned to a name that speaks of one, in
 * a header, or behind an option. Without such a place a session is full of random-looking ids.
 */
import type { Detector } from '../contract.ts';
import type { Span } from '../placeholder.ts';
import { assignedAt } from '../rules/assigned.ts';
import { isOfNoSecret } from '../rules/assignments.ts';
import { isDrawn } from '../rules/random.ts';
import { isNoSample, type Rule } from '../rules/rule.ts';
import { AnchoredDetector } from './anchored.ts';

/** Parts of names that promise a secret; those the `regex` tool knows are looked at by its own rules too. */
const NAMES =
  'key auth cred access cookie session signature private passw secret token bearer salt seed cert jwt hmac nonce license'.split(
    ' ',
  );
const VALUE = /[A-Za-z0-9+/_.=~-]{20,512}(?=["'`\s;,&)}\]\\]|$)/y;
/** `--api-key VALUE`, `-H 'x-key: VALUE'`: an option's name, then a space. */
const OPTION = /[a-z-]{2,40}[ =]["']?(?=[A-Za-z0-9+/_.=~-]{20})/y;

function matchRandom(text: string, at: number): Span | null {
  const start = assignedAt(text, at)?.start ?? optionAt(text, at);
  if (start === null || isOfNoSecret(text, at)) return null;
  VALUE.lastIndex = start;
  const value = VALUE.exec(text)?.[0];
  return value !== undefined && isDrawn(value) && isNoSample(value)
    ? { start, end: start + value.length }
    : null;
}

/** Longest name of an option. */
const LONGEST = 40;

/** Where the argument of the option around `at` begins. */
function optionAt(text: string, at: number): number | null {
  if (!/--[a-z-]{0,38}$/.test(text.slice(Math.max(0, at - LONGEST), at))) return null;
  OPTION.lastIndex = at;
  return OPTION.test(text) ? OPTION.lastIndex : null;
}

export const ENTROPY_RULES: readonly Rule[] = [
  { name: 'random-value', kind: 'secret', anchors: NAMES, certain: false, match: matchRandom },
];

export const entropyDetector: Detector = AnchoredDetector.of({
  name: 'entropy',
  version: 2,
  rules: ENTROPY_RULES,
});
