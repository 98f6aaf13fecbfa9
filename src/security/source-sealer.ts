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
import { type Match, type Places, replaceMatches, TextSearch } from './text-search.ts';
import { ValueIndex } from './value-index.ts';

/** Raised whenever the same findings would give other bytes; part of every policy digest. */
export const SEALER_VERSION = 2;

/** A replacement can put two pieces together that now look like a secret; each round removes one layer. */
const MAX_ROUNDS = 5;

export interface SourceSealerOptions {
  readonly policy: Policy;
  readonly list: SecretList;
  /** Name of the session format (`SessionFormat.name`); decides which fields are opaque. */
  readonly format: string;
}

/** A value that must not leave. */
export interface Secret {
  readonly kind: Kind;
  readonly value: string;
}

/** What is left in a line after the last round. */
export interface Residue {
  readonly rule: string;
  /** 1-based. */
  readonly line: number;
}

const NO_PLACES = new Uint32Array(0);

export class SourceSealer {
  readonly #policy: Policy;
  readonly #list: SecretList;
  readonly #fields: FieldClassifier;
  /** Detectors, and the values known when scanning began. */
  #discovery: TextSearch | null = null;
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
  }

  /**
   * First pass: lists every secret of a line (without its line end). Gives the places where one was, for the
   * second pass over the very same line. A secret that only the removal of another brings to light is
   * left to that pass.
   */
  scan(line: Buffer): Places {
    const { found, places } = this.find(line);
    for (const { kind, value } of found) this.#list.add(kind, value);
    return places;
  }

  /** {@link scan} that lists nothing: the line's secrets, in order, those apart that are listed already. */
  find(line: Buffer): { readonly found: readonly Secret[]; readonly places: Places } {
    this.#discovery ??= this.#newSearch();
    const { matches, places } = this.#discovery.search(line);
    const found = matches.flatMap((match) => (match.entry === null ? [match, ...match.also] : match.also));
    return { found, places: places.length === 0 ? NO_PLACES : Uint32Array.from(places) };
  }

  /**
   * Second pass: the sealed line, or `line` itself when nothing had to go. The result has been searched
   * again; throws `OT_SEAL_RESIDUE` (blocked) when that still finds something, naming rule and line only.
   * Should the list grow here, lines sealed before may hold the new value and have to be sealed again.
   */
  seal(line: Buffer): Buffer {
    const sealed = this.trySeal(line, null);
    if (Buffer.isBuffer(sealed)) return sealed;
    throw residueError(sealed);
  }

  /**
   * {@link seal} that says what stays in place of throwing. `places` is what `scan` gave for this very line:
   * elsewhere only listed values are looked for.
   */
  trySeal(line: Buffer, places: Places): Buffer | Residue {
    this.#lines += 1;
    const sealed = this.#sealed(line, places);
    if (Buffer.isBuffer(sealed)) {
      this.#bytesIn += line.length;
      this.#bytesOut += sealed.length;
    }
    return sealed;
  }

  /** Counts of what `seal` did so far. */
  report(): SealReport {
    const replaced = Object.fromEntries([...this.#replaced].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { replaced, lines: this.#lines, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
  }

  /** {@link report}, and begins to count anew. */
  takeReport(): SealReport {
    const report = this.report();
    this.#replaced.clear();
    this.#lines = 0;
    this.#bytesIn = 0;
    this.#bytesOut = 0;
    return report;
  }

  #sealed(line: Buffer, places: Places): Buffer | Residue {
    let found = this.#removalSearch().search(line, places);
    for (let round = 0; round < MAX_ROUNDS && found.matches.length > 0; round += 1) {
      const next = replaceMatches(found, (match) => placeholderOf(this.#entryOf(match)));
      for (const { kind } of found.matches) this.#replaced.set(kind, (this.#replaced.get(kind) ?? 0) + 1);
      found = this.#removalSearch().searchAgain(next, found);
    }
    const [rest] = found.matches;
    return rest === undefined ? found.line : { rule: rest.rule, line: this.#lines };
  }

  #entryOf(match: Match): SecretEntry {
    return match.entry ?? this.#list.add(match.kind, match.value);
  }

  #removalSearch(): TextSearch {
    const { size } = this.#list;
    if (this.#removal?.size !== size) this.#removal = { size, search: this.#newSearch() };
    return this.#removal.search;
  }

  #newSearch(): TextSearch {
    return new TextSearch(this.#policy.detectors, this.#fields, this.#valueIndex());
  }

  #valueIndex(): ValueIndex | null {
    const isIdle = this.#policy.tools.length === 0 || this.#list.size === 0;
    return isIdle ? null : new ValueIndex(this.#list.entries);
  }
}

/** `OT_SEAL_RESIDUE` (blocked): names rule and line, nothing else. */
export function residueError({ rule, line }: Residue): OtError {
  return new OtError(
    'OT_SEAL_RESIDUE',
    'blocked',
    `line ${line} still holds a finding of rule ${rule} after sealing`,
    {
      hint: 'Nothing was sent. Leave this session out, or report the rule and line as a defect.',
    },
  );
}
