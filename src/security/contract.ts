/**
 * What the parts of `security/` say to each other: types only. This folder is pure: no files, no clock.
 *
 * Text is searched in its *byte form*: a string whose characters are bytes (UTF-8, code units 0 to 255), so
 * that damaged UTF-8 survives and an offset is a byte offset. `byte-text.ts` converts.
 */

/** A span of a text that must not leave. Offsets are indexes into the text that was searched. */
export interface Finding {
  /** Word in the placeholder, one of `KINDS`; never the prefix of a key. */
  readonly kind: Kind;
  readonly rule: string;
  readonly tool: string;
  readonly start: number;
  readonly end: number;
}

/** Kinds whose holder can act with the value. */
export const CREDENTIAL_KINDS = [
  'private_key',
  'jwt',
  'webhook',
  'access_key',
  'access_token',
  'api_key',
  'auth_header',
  'password',
  'secret',
] as const;

/**
 * What may stand in a placeholder: a closed list, so that no text can hide behind a forged one. In order of
 * precedence: of two findings of the same span the earlier kind names it.
 */
export const KINDS = [
  ...CREDENTIAL_KINDS,
  'card',
  'national_id',
  'account',
  'email',
  'phone',
  'ip_address',
  'url',
  'host',
  'user',
] as const;
export type Kind = (typeof KINDS)[number];

/** Where a text stands in its record. */
export interface Field {
  /** Object key the string belongs to, in byte form; null in plain text and for keys themselves. */
  readonly key: string | null;
  /** Random-looking by nature (a signature, an image): only shapes that cannot be a coincidence count. */
  readonly opaque: boolean;
}

export interface Detector {
  /** Tool name of the seeds: `regex`, `path_anonymizer`, ... */
  readonly name: string;
  /** Raised whenever the same text would give other findings; part of the policy digest. */
  readonly version: number;
  /**
   * Lower-case literals of at least three characters that JSON escaping never changes. Unless one of them
   * occurs in a string, as written and in any letter case, `detect` finds nothing in it.
   */
  readonly anchors: readonly string[];
  /** Object keys whose string values are searched even without an anchor; null when there are none. */
  readonly keys: ((key: string) => boolean) | null;
  /** Linear in the length of `text`. */
  detect(text: string, field: Field): readonly Finding[];
}

/** What an external program took for a secret: the value itself, in ordinary form. */
export interface ExternalFinding {
  readonly kind: Kind;
  readonly rule: string;
  readonly tool: string;
  readonly value: string;
}

/** A detector that is a program beside this one. It names values; the sealer finds every copy of them. */
export interface ExternalTool {
  readonly name: string;
  /** The program's version and that of how we ask it; part of the policy digest. */
  readonly version: string;
  /**
   * Findings in `bytes`, each value once. Throws `OT_TOOL_FAILED` (refused) when the program ends badly, says
   * what cannot be read, or takes too long: no answer is never taken for a clean one.
   */
  find(bytes: AsyncIterable<Buffer>): Promise<readonly ExternalFinding[]>;
}

export interface Policy {
  /** Of a bundle, or `custom`. */
  readonly name: string;
  /** Names of the tools that run, in canonical order. */
  readonly tools: readonly string[];
  /** What runs: the tools' detectors, several of them possibly joined into one. */
  readonly detectors: readonly Detector[];
  /** Those of the tools that are programs. */
  readonly external: readonly ExternalTool[];
  /** Tools of this policy that this version does not have yet: shown, never silently assumed. */
  readonly pending: readonly string[];
  /** 8 hex over name, detectors, versions and the sealer's version: part of the sealed ref's name. */
  readonly digest: string;
}

/** One value behind a placeholder `[REDACTED:<kind>:<n>]`. Raw journal only. */
export interface SecretEntry {
  readonly n: number;
  readonly kind: Kind;
  readonly value: string;
}

/** Counts only, never matched text. */
export interface SealReport {
  /** Replacements by kind. */
  readonly replaced: Readonly<Record<string, number>>;
  readonly lines: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
