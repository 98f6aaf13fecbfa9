/**
 * Seals one source in two passes over its lines: `scan` every line, then `seal` every line. The first pass
 * fills the secret list, so that the second removes a value from every line, those before its discovery
 * included. Sealing a sealed line changes nothing.
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
  readonly list: SecretList;
  /** Name of the session format (`SessionFormat.name`); decides which fields are opaque. */
  readonly format: string;
}

export class SourceSealer {
  readonly #policy: Policy;
  readonly #list: SecretList;
  readonly #fields: FieldClassifier;
  /** Detectors, and the values known at the start: a removed name can bring another to light. */
  readonly #discovery: TextSearch;
  /** Detectors and listed values, for the list as it was when it was built. */
  #removal: { readonly search: TextSearch; readonly size: number } | null = null;
  readonly #replaced = new Map<Kind, number>();
  #lines = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: SourceSealerOptions) {
    this.#policy = options.policy;
    this.#list = options.list;
    this.#fields = new FieldClassifier(options.format);
    this.#discovery = this.#newSearch();
  }

  /** First pass: lists every secret of a line (without its line end). */
  scan(line: Buffer): void {
    let bytes = line;
    let found: Searched | null = null;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      found = this.#discovery.search(bytes, found);
      if (found.matches.length === 0) return;
      bytes = replaced(bytes, found.matches, (match) => this.#entryOf(match));
    }
  }

  /**
   * Second pass: the sealed line, or `line` itself when nothing had to go. The result has been searched
   * again; throws `OT_SEAL_RESIDUE` (blocked) when that still finds something, naming rule and line only.
   * Should the list grow here, lines sealed before may hold the new value and have to be sealed again.
   */
  seal(line: Buffer): Buffer {
    this.#lines += 1;
    const sealed = this.#sealed(line);
    this.#bytesIn += line.length;
    this.#bytesOut += sealed.length;
    return sealed;
  }

  /** Counts of what `seal` did so far. */
  report(): SealReport {
    const replaced = Object.fromEntries([...this.#replaced].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { replaced, lines: this.#lines, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
  }

  #sealed(line: Buffer): Buffer {
    let bytes = line;
    let found: Searched | null = null;
    for (let round = 0; round <= MAX_ROUNDS; round += 1) {
      found = this.#removalSearch().search(bytes, found);
      if (found.matches.length === 0) return bytes;
      bytes = replaced(bytes, found.matches, (match) => this.#entryOf(match));
      for (const { kind } of found.matches) this.#replaced.set(kind, (this.#replaced.get(kind) ?? 0) + 1);
    }
    throw this.#residue(found!.matches[0]!.rule);
  }

  #entryOf(match: Match): SecretEntry {
    return match.entry ?? this.#list.add(match.kind, match.value);
  }

  #removalSearch(): TextSearch {
    if (this.#removal?.size !== this.#list.size) {
      this.#removal = { search: this.#newSearch(), size: this.#list.size };
    }
    return this.#removal.search;
  }

  #newSearch(): TextSearch {
    const { detectors } = this.#policy;
    const isIdle = detectors.length === 0 || this.#list.size === 0;
    return new TextSearch(detectors, this.#fields, isIdle ? null : new ValueIndex(this.#list.entries));
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
