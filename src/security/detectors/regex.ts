/** Tool `regex`: secrets with a recognisable shape or place. */
import type { Detector } from '../contract.ts';
import { ASSIGNMENT_RULES, detectByKey, isSecretKey } from '../rules/assignments.ts';
import { COMMAND_RULES } from '../rules/commands.ts';
import { HEADER_RULES } from '../rules/headers.ts';
import { MANIFEST_RULES } from '../rules/manifests.ts';
import { PERSONAL_RULES } from '../rules/personal.ts';
import { PRIVATE_KEY_RULES } from '../rules/private-key.ts';
import { PROVIDER_RULES } from '../rules/providers/index.ts';
import type { Rule } from '../rules/rule.ts';
import { URL_RULES } from '../rules/urls.ts';
import { VENDOR_RULES } from '../rules/vendors.ts';
import { AnchoredDetector } from './anchored.ts';

/** In order of precedence: of two findings of one span the earlier rule names it. */
export const REGEX_RULES: readonly Rule[] = [
  ...PRIVATE_KEY_RULES,
  ...PROVIDER_RULES,
  ...HEADER_RULES,
  ...URL_RULES,
  ...VENDOR_RULES,
  ...ASSIGNMENT_RULES,
  ...MANIFEST_RULES,
  ...COMMAND_RULES,
  ...PERSONAL_RULES,
];

export const regexDetector: Detector = AnchoredDetector.of({
  name: 'regex',
  version: 4,
  rules: REGEX_RULES,
  byKey: { keys: isSecretKey, detect: detectByKey },
});
