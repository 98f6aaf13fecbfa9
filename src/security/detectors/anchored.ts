/** A detector made of rules that begin at literals: one pass over the text finds where to look. */
import type { Detector, Field, Finding } from '../contract.ts';
import { LiteralScanner } from '../literal-scanner.ts';
import type { Rule } from '../rules/rule.ts';

/** Findings by the name of the field alone. */
export interface KeyRules {
  /** True for names whose values are looked at. */
  readonly keys: (key: string) => boolean;
  readonly detect: (text: string, key: string) => Finding | null;
}

export interface AnchoredOptions {
  readonly name: string;
  readonly version: number;
  readonly rules: readonly Rule[];
  readonly byKey?: KeyRules;
}

interface Member {
  readonly tool: string;
  readonly rule: Rule;
}

export class AnchoredDetector implements Detector {
  readonly name: string;
  readonly version: number;
  readonly anchors: readonly string[];
  readonly keys: Detector['keys'];
  readonly #members: readonly Member[];
  readonly #byKey: readonly KeyRules[];
  readonly #all: LiteralScanner<number>;
  readonly #certain: LiteralScanner<number>;

  private constructor(name: string, version: number, members: readonly Member[], byKey: readonly KeyRules[]) {
    this.name = name;
    this.version = version;
    this.#members = members;
    this.#byKey = byKey;
    this.keys = byKey.length === 0 ? null : (key) => byKey.some((rules) => rules.keys(key));
    this.anchors = [...new Set(members.flatMap(({ rule }) => rule.anchors.flatMap(rawLiterals)))];
    this.#all = scannerOf(members, () => true);
    this.#certain = scannerOf(members, (rule) => rule.certain);
  }

  static of(options: AnchoredOptions): AnchoredDetector {
    const members = options.rules.map((rule) => ({ tool: options.name, rule }));
    return new AnchoredDetector(options.name, options.version, members, options.byKey ? [options.byKey] : []);
  }

  /** One detector that finds what all of these find, in one pass over the text. */
  static joined(detectors: readonly AnchoredDetector[]): AnchoredDetector {
    const members = detectors.flatMap((detector) => detector.#members);
    const byKey = detectors.flatMap((detector) => detector.#byKey);
    return new AnchoredDetector('joined', 0, members, byKey);
  }

  detect(text: string, field: Field): Finding[] {
    const findings: Finding[] = [];
    /** By rule: where its last finding ended, so that a run of anchors costs one match. */
    const searchedTo = new Map<number, number>();
    const scanner = field.opaque ? this.#certain : this.#all;
    scanner.scan(text, (at, index) => {
      if (at < (searchedTo.get(index) ?? 0)) return;
      const { tool, rule } = this.#members[index]!;
      const span = rule.match(text, at);
      if (span === null) return;
      searchedTo.set(index, span.end);
      findings.push({ kind: rule.kind, rule: rule.name, tool, start: span.start, end: span.end });
    });
    if (field.key !== null && !field.opaque) findings.push(...this.#detectByKey(text, field.key));
    return findings;
  }

  #detectByKey(text: string, key: string): Finding[] {
    return this.#byKey.map((rules) => rules.detect(text, key)).filter((finding) => finding !== null);
  }
}

/** The same detectors, those that begin at literals as one. */
export function joinDetectors(detectors: readonly Detector[]): Detector[] {
  const anchored = detectors.filter((detector) => detector instanceof AnchoredDetector);
  const others = detectors.filter((detector) => !(detector instanceof AnchoredDetector));
  return anchored.length < 2 ? [...detectors] : [AnchoredDetector.joined(anchored), ...others];
}

function scannerOf(members: readonly Member[], wanted: (rule: Rule) => boolean): LiteralScanner<number> {
  const literals: Array<[string, number]> = [];
  for (const [index, { rule }] of members.entries()) {
    if (wanted(rule)) for (const anchor of rule.anchors) literals.push([anchor, index]);
  }
  return new LiteralScanner(literals);
}

/** What an anchor looks like in a raw JSON string: escaping may touch quotes, slashes and backslashes. */
function rawLiterals(anchor: string): string[] {
  const stretches = anchor.split(/["/\\]/).filter((stretch) => stretch.length >= 3);
  if (stretches.length > 0) return [stretches.reduce((a, b) => (b.length > a.length ? b : a))];
  if (anchor.startsWith('//', 1)) return ['//', '/\\', '\\/', '\\\\'].map((rest) => `${anchor[0]}${rest}`);
  throw new RangeError('an anchor needs three characters that JSON never escapes');
}
