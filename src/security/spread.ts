/** How far a listed value is hunted beyond the places where a detector recognises it. */
import type { SecretEntry } from './contract.ts';

/**
 * - `anywhere`: every occurrence, inside longer words and opaque fields too.
 * - `word`: where no letter or digit touches it; opaque fields are left alone.
 * - `name`: a short user name: as a path component, after `~` or before `@`.
 * - `nowhere`: only where a detector finds it.
 */
export type Spread = 'anywhere' | 'word' | 'name' | 'nowhere';

/** Words too common to be hunted for because some home folder has their name. */
const COMMON = new Set(
  (
    'dashboard settings profile account accounts static images assets public private project projects workspace ' +
    'workspaces session sessions claude codex gemini copilot github gitlab google docker python server service ' +
    'services system testing tester student training desktop documents downloads library packages backend frontend ' +
    'password postgres secret production staging deploy deployer jupyter hadoop oracle jenkins ansible contact search'
  ).split(' '),
);

const LONG_SECRET = 12;

/** Follows from the entry alone, so that the same list always gives the same sealed text. */
export function spreadOf(entry: SecretEntry): Spread {
  const { kind, value } = entry;
  if (kind === 'url' || COMMON.has(value.toLowerCase())) return 'nowhere';
  if (kind === 'user') {
    if (value.length < 3) return 'nowhere';
    return value.length >= 6 || /[0-9._-]/.test(value) ? 'word' : 'name';
  }
  if (value.length >= LONG_SECRET) return 'anywhere';
  return value.length >= 6 && classesOf(value) >= 2 ? 'word' : 'nowhere';
}

/** Kinds of characters in a value: an inner capital, a digit, a symbol each tell a password from a word. */
function classesOf(value: string): number {
  const kinds = [/[a-z]/, /(?!^)[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
  return kinds.filter((kind) => kind.test(value)).length;
}
