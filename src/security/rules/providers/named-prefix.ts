/**
 * Keys whose prefix says what they are, whoever issued them: `acme_live_...`, `acme_pat_...`. Only what looks
 * drawn at random in all letters and digits counts: names of programs are put together the same way.
 */
import { isDrawn } from '../random.ts';
import { isNoSample, type Rule, token } from '../rule.ts';

const WORDS = 'live test prod production sandbox pat oat sat sk secret';

const body = (secret: string): string => secret.slice(secret.lastIndexOf('_') + 1);

export const NAMED_PREFIX_RULES: readonly Rule[] = [
  token(
    'named-prefix-key',
    'api_key',
    WORDS.split(' ')
      .map((word) => `_${word}_`)
      .join(' '),
    new RegExp(
      `(?<=(?<![A-Za-z0-9_]|[A-Za-z0-9_-]-)(?<from>[A-Za-z][A-Za-z0-9]{1,15}))_(?:${WORDS.replaceAll(' ', '|')})_[A-Za-z0-9]{24,160}(?![A-Za-z0-9_-])`,
    ),
    (secret) => isNoSample(secret) && isDrawn(body(secret)),
  ),
];
