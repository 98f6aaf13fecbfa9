/** What the parts of `security/` say to each other: types only. This folder is pure: no files, no clock. */

/** A span of a text that must not leave. Offsets are UTF-16 indexes into the text that was searched. */
export interface Finding {
  /** Word in the placeholder, e.g. `github_token`; never the prefix of a key. */
  readonly kind: string;
  readonly rule: string;
  readonly tool: string;
  readonly start: number;
  readonly end: number;
}

export interface Detector {
  /** Tool name of the seeds: `regex`, `path_anonymizer`, ... */
  readonly name: string;
  /** Raised whenever the same text would give other findings; part of the policy digest. */
  readonly version: number;
  /** Linear in the length of `text`. */
  detect(text: string): readonly Finding[];
}

export interface Policy {
  readonly name: string;
  readonly detectors: readonly Detector[];
  /** 8 hex over name, detectors and versions: part of the sealed ref's name. */
  readonly digest: string;
}

/** One value behind a placeholder `[REDACTED:<kind>:<n>]`. Raw journal only. */
export interface SecretEntry {
  readonly n: number;
  readonly kind: string;
  readonly value: string;
}

/** Counts only, never matched text. */
export interface SealReport {
  readonly replaced: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
