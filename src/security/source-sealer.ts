/**
 * Seals one source in two passes over its lines: `scan` every line, then `seal` every line in the same
 * order. The first pass fills the secret list, so that the second removes a value from every line, those
 * before its discovery included. Sealing a sealed line changes nothing.
 */
import { OtError } from '../base/errors.ts';
import type { Kind, Policy, SealReport, SecretEntry } from './contract.ts';
import { FieldClassifier } from './fields.ts';
import { placeholderOf } from './placeholder.ts';
import type { SecretList } from './secret-list.ts';
import { type Match, type Searched, TextSearch } from './text-search.ts';
import { ValueIndex } from './value-index.ts';

/** Raised whenever the same findings would give other bytes; part of every policy digest. */
export const SEALER_VERSION = 1;

/** A replacement can put two pieces together that now look like a secret; each round removes one layer. */
const MAX_ROUNDS = 4;

export interface SourceSealerOptions {
  readonly policy: Policy;
  /** Grows during `scan` only. */
  readonly list: SecretList;
  /** Name of the session format (`SessionFormat.name`); decides which fields are opaque. */
  readonly format: string;
}

export class SourceSealer {
  readonly #policy: Policy;
  readonly #list: SecretList;
  readonly #fields: FieldClassifier;
  readonly #detection: TextSearch;
  /** Detection and listed values, for the list as it was when it was built. */
  #removal: { readonly search: TextSearch; readonly size: number } | null = null;
  readonly #replaced = new Map<Kind, number>();
  #lines = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: SourceSealerOptions) {
    this.#policy = options.policy;
    this.#list = options.list;
    this.#fields = new FieldClassifier(options.format);
    this.#detection = new TextSearch(options.policy.detectors, this.#fields, null);
  }

  /** First pass: lists every secret of a line (without its line end). */
  scan(line: Buffer): void {
    let found: Searched | null = null;
    let bytes = line;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      found = this.#detection.search(bytes, found);
      if (found.matches.length === 0) return;
      bytes = replaced(bytes, found.matches, (match) => this.#list.add(match.kind, match.value));
    }
  }

  /**
   * Second pass: the sealed line, or `line` itself when nothing had to go. The result has been searched
   * again; throws `OT_SEAL_RESIDUE` (blocked) when that still finds something, naming rule and line only.
   */
  seal(line: Buffer): Buffer {
    this.#lines += 1;
    const sealed = this.#sealText(line);
    this.#bytesIn += line.length;
    this.#bytesOut += sealed.length;
    return sealed;
  }

  /** Counts of what `seal` did so far. */
  report(): SealReport {
    const replaced = Object.fromEntries([...this.#replaced].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { replaced, lines: this.#lines, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
  }

  #sealText(line: Buffer): Buffer {
    const search = this.#removalSearch();
    let bytes = line;
    let found: Searched | null = null;
    for (let round = 0; round <= MAX_ROUNDS; round += 1) {
      found = search.search(bytes, found);
      if (found.matches.length === 0) return bytes;
      bytes = replaced(bytes, found.matches, (match) => this.#listed(match));
      for (const { kind } of found.matches) this.#replaced.set(kind, (this.#replaced.get(kind) ?? 0) + 1);
    }
    throw this.#residue(found!.matches[0]!.rule);
  }

  #removalSearch(): TextSearch {
    if (this.#removal?.size !== this.#list.size) {
      const values = this.#policy.detectors.length === 0 ? null : new ValueIndex(this.#list.entries);
      const search = new TextSearch(this.#policy.detectors, this.#fields, values);
      this.#removal = { search, size: this.#list.size };
    }
    return this.#removal.search;
  }

  /** A value that the first pass did not list: the line was not scanned, or only now came to be. */
  #listed(match: Match): SecretEntry {
    const entry = match.entry ?? this.#list.find(match.kind, match.value);
    if (entry === null) throw this.#residue(match.rule);
    return entry;
  }

  #residue(rule: string): OtError {
    return new OtError(
      'OT_SEAL_RESIDUE',
      'blocked',
      `line ${this.#lines} still holds a finding of rule ${rule} after sealing`,
      {
        hint: 'Nothing was sent. Leave this session out, or report the rule and line as a defect.',
      },
    );
  }
}

function replaced(bytes: Buffer, matches: readonly Match[], entryOf: (match: Match) => SecretEntry): Buffer {
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const match of matches) {
    pieces.push(bytes.subarray(copied, match.start), Buffer.from(placeholderOf(entryOf(match)), 'latin1'));
    copied = match.end;
  }
  pieces.push(bytes.subarray(copied));
  return Buffer.concat(pieces);
}
