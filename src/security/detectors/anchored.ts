/** A detector made of rules that begin at literals: one pass over the text finds where to look. */
import type { Detector, Field, Finding } from '../contract.ts';
import { LiteralScanner } from '../literal-scanner.ts';
import type { Rule } from '../rules/rule.ts';

export interface AnchoredOptions {
  readonly name: string;
  readonly version: number;
  readonly rules: readonly Rule[];
  /** Findings by the name of the field alone, and which names those are. */
  readonly byKey?: {
    readonly keys: (key: string) => boolean;
    readonly detect: (text: string, key: string) => Finding | null;
  };
}

export class AnchoredDetector implements Detector {
  readonly name: string;
  readonly version: number;
  readonly anchors: readonly string[];
  readonly keys: Detector['keys'];
  readonly #rules: readonly Rule[];
  readonly #byKey: AnchoredOptions['byKey'];
  readonly #all: LiteralScanner<number>;
  readonly #certain: LiteralScanner<number>;

  constructor(options: AnchoredOptions) {
    this.name = options.name;
    this.version = options.version;
    this.#rules = options.rules;
    this.#byKey = options.byKey;
    this.keys = options.byKey?.keys ?? null;
    this.anchors = [...new Set(options.rules.flatMap((rule) => rule.anchors.flatMap(rawLiterals)))];
    this.#all = scannerOf(options.rules, () => true);
    this.#certain = scannerOf(options.rules, (rule) => rule.certain);
  }

  detect(text: string, field: Field): Finding[] {
    const findings: Finding[] = [];
    const searchedTo = new Array<number>(this.#rules.length).fill(0);
    const scanner = field.opaque ? this.#certain : this.#all;
    scanner.scan(text, (at, index) => {
      if (at < searchedTo[index]!) return;
      const rule = this.#rules[index]!;
      const span = rule.match(text, at);
      if (span === null) return;
      searchedTo[index] = span.end;
      findings.push({ kind: rule.kind, rule: rule.name, tool: this.name, start: span.start, end: span.end });
    });
    const named = field.key === null || field.opaque ? null : this.#byKey?.detect(text, field.key);
    if (named) findings.push(named);
    return findings;
  }
}

function scannerOf(rules: readonly Rule[], wanted: (rule: Rule) => boolean): LiteralScanner<number> {
  const literals: Array<[string, number]> = [];
  for (const [index, rule] of rules.entries()) {
    if (wanted(rule)) for (const anchor of rule.anchors) literals.push([anchor, index]);
  }
  return new LiteralScanner(literals);
}

/** What an anchor looks like in a raw JSON string: escaping may touch quotes, slashes and backslashes. */
function rawLiterals(anchor: string): string[] {
  const stretches = anchor.split(/["/\\]/).filter((stretch) => stretch.length >= 3);
  if (stretches.length > 0) return [stretches.reduce((a, b) => (b.length > a.length ? b : a))];
  if (anchor === '://') return ['://', ':/\\', ':\\/', ':\\\\'];
  throw new RangeError('an anchor needs three characters that JSON never escapes');
}
