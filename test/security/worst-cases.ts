/** Texts in which a rule begins to match as often as it can, and fails as late as it can. */

import { AnchoredDetector } from '../../src/security/detectors/anchored.ts';
import { BUSINESS_RULES } from '../../src/security/detectors/business-logic.ts';
import { ENTROPY_RULES } from '../../src/security/detectors/entropy.ts';
import { HOME_RULES } from '../../src/security/detectors/path-anonymizer.ts';
import { REGEX_RULES } from '../../src/security/detectors/regex.ts';
import { ANY_DIGIT } from '../../src/security/literal-scanner.ts';
import type { Rule } from '../../src/security/rules/rule.ts';
import { drawFrom } from './drawn.ts';
import { draw, SAMPLES } from './samples.ts';

export const ALL_RULES: readonly Rule[] = [
  ...REGEX_RULES,
  ...ENTROPY_RULES,
  ...BUSINESS_RULES,
  ...HOME_RULES,
];

export type Text = (size: number) => string;

export const repeated =
  (unit: string): Text =>
  (size) =>
    unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

/** One rule alone, so that a text of many megabytes says something about it and takes little time. */
export function detectorOf(rule: Rule): (text: string) => unknown {
  const detector = AnchoredDetector.of({ name: 'regex', version: 1, rules: [rule] });
  return (text) => detector.detect(text, { key: null, opaque: false });
}

export function worstCases(rule: Rule): Text[] {
  const anchor = rule.anchors[0]!.replaceAll(ANY_DIGIT, '4');
  const sample =
    SAMPLES.find((each) => each.rule === rule.name)?.text ?? drawn(rule) ?? `${anchor}=${draw(40)}`;
  return [
    repeated(anchor),
    repeated(sample.slice(0, -4)),
    repeated(`${anchor}="`),
    (size) => anchor + repeated(draw(61))(size),
    (size) => repeated(draw(61, 'abcdef0123456789'))(size - anchor.length) + anchor,
    repeated(`${anchor} a.b-c_d/e:f@g\\n1+`),
  ];
}

function drawn(rule: Rule): string | null {
  return rule.pattern === undefined ? null : `${rule.anchors[0]!} ${drawFrom(rule.pattern, 3)}`;
}
