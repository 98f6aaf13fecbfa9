/**
 * Keys and tokens whose issuers gave them a recognisable shape. Prefixes and lengths are those the issuers
 * document; upper bounds keep every match short. One entry a shape: add to the file of its kind of service.
 */
import type { Rule } from '../rule.ts';
import { CLOUD_RULES } from './clouds.ts';
import { CODE_HOST_RULES } from './code-hosts.ts';
import { MODEL_RULES } from './models.ts';
import { NAMED_PREFIX_RULES } from './named-prefix.ts';
import { SERVICE_RULES } from './services.ts';

export const PROVIDER_RULES: readonly Rule[] = [
  ...CODE_HOST_RULES,
  ...MODEL_RULES,
  ...CLOUD_RULES,
  ...SERVICE_RULES,
  ...NAMED_PREFIX_RULES,
];
