/** From what a program reports to findings: the values in ordinary form, each once, under a kind of ours. */
import { fromString, toText } from '../byte-text.ts';
import type { ExternalFinding, Kind } from '../contract.ts';
import { unescapeJson } from '../escapes.ts';

/** A value as a program named it. */
export interface Reported {
  readonly rule: string;
  readonly value: string;
}

/** Shorter values cannot be hunted for. */
const MIN_VALUE = 6;
const MAX_DEPTH = 6;
const PLACEHOLDER = '[REDACTED:';

/** First match wins; words are those in names of gitleaks' rules and trufflehog's detectors. */
const KIND_WORDS: ReadonlyArray<readonly [word: RegExp, kind: Kind]> = [
  [/private.?key/i, 'private_key'],
  [/jwt/i, 'jwt'],
  [/webhook/i, 'webhook'],
  [/access.?key/i, 'access_key'],
  [/api.?key/i, 'api_key'],
  [/pass(?:word|wd)|basic.?auth|curl.?auth/i, 'password'],
  [/token|pat$|github|gitlab|slack/i, 'access_token'],
];

/** Several spellings of one value are one finding each; what sealing put there is none. */
export function findingsOf(tool: string, reported: readonly Reported[]): ExternalFinding[] {
  const found = new Map<string, ExternalFinding>();
  for (const { rule, value } of reported) {
    const name = ruleName(rule);
    for (const form of valuesOf(value, kindOf(name))) {
      if (form.length < MIN_VALUE || form.includes(PLACEHOLDER) || found.has(form)) continue;
      found.set(form, { kind: kindOf(name), rule: name, tool, value: form });
    }
  }
  return [...found.values()];
}

/** A rule's name comes from outside: a short word, or none. */
function ruleName(rule: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/.test(rule) ? rule : 'unnamed';
}

function kindOf(rule: string): Kind {
  return KIND_WORDS.find(([word]) => word.test(rule))?.[1] ?? 'secret';
}

/** The value with and without the escapes around it; of a key also its lines, which may stand apart. */
function valuesOf(value: string, kind: Kind): string[] {
  const forms = [value];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const decoded = toText(unescapeJson(fromString(forms.at(-1)!)));
    if (decoded === forms.at(-1)) break;
    forms.push(decoded);
  }
  const lines = kind === 'private_key' ? (forms.at(-1)!.match(/[A-Za-z0-9+/]{40,}={0,2}/g) ?? []) : [];
  return [...forms, ...lines];
}
