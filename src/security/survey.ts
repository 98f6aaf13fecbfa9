/** What the tools of a policy find, as counts by tool, rule and field: never what was found. */
import type { ExternalFinding, Kind, Policy } from './contract.ts';
import type { FieldClassifier } from './fields.ts';
import type { StringToken } from './json-strings.ts';
import { SecretList } from './secret-list.ts';
import { type Match, TextSearch } from './text-search.ts';
import { tokenIndexAt } from './token-paths.ts';
import { ValueIndex } from './value-index.ts';

/** Where and how often a rule found something. */
export interface FindingCount {
  readonly tool: string;
  readonly rule: string;
  readonly kind: Kind;
  /** As the caller names the places of its text. */
  readonly field: string;
  readonly findings: number;
}

/** A match with the tool and rule that are behind it, external programs included. */
export interface Found extends Match {
  readonly tool: string;
}

export class Survey {
  readonly #search: TextSearch;
  readonly #external = new Map<string, ExternalFinding>();
  readonly #counts = new Map<
    string,
    { tool: string; rule: string; kind: Kind; field: string; findings: number }
  >();

  /** `external` is what programs found in the text to come. */
  constructor(policy: Policy, fields: FieldClassifier, external: readonly ExternalFinding[] = []) {
    const list = new SecretList();
    for (const finding of external) {
      list.add(finding.kind, finding.value);
      this.#external.set(finding.value, finding);
    }
    this.#search = new TextSearch(
      policy.detectors,
      fields,
      list.size === 0 ? null : new ValueIndex(list.entries),
    );
  }

  /** What is found in a line, counted under the field that `fieldOf` gives for the string it stands in. */
  add(line: Buffer, fieldOf: (token: StringToken) => string): Found[] {
    const { matches, tokens } = this.#search.search(line);
    const found = matches.map((match) => this.#attributed(match));
    for (const match of found) this.#count(match, fieldOf(tokens[tokenIndexAt(tokens, match.start)]!));
    return found;
  }

  /** Most findings first. */
  counts(): FindingCount[] {
    return [...this.#counts.values()].sort((a, b) => b.findings - a.findings || (a.rule < b.rule ? -1 : 1));
  }

  #attributed(match: Match): Found {
    const external = match.entry === null ? undefined : this.#external.get(match.entry.value);
    const { tool, rule } = external ?? { tool: match.tool ?? 'listed', rule: match.rule };
    return { ...match, tool, rule };
  }

  #count({ tool, rule, kind }: Found, field: string): void {
    const key = JSON.stringify([tool, rule, kind, field]);
    const count = this.#counts.get(key) ?? { tool, rule, kind, field, findings: 0 };
    count.findings += 1;
    this.#counts.set(key, count);
  }
}
