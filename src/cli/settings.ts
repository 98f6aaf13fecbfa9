/** Names and values of `git ot config`: section `opentraces` of git's own configuration. */
import { OtError } from '../base/errors.ts';
import { findCodeRepository } from '../git/code-repository.ts';
import type { SettingScope } from '../git/settings.ts';
import { decodePolicySettings } from '../security/policy-settings.ts';
import type { App } from './app.ts';

export const SECTION = 'opentraces';

const NAME = /^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9_-]+)*$/;
const TRACKING = ['global', 'manual'];

/** Full name in lower case where git ignores case. Throws `OT_CONFIG_NAME` (exit 2). */
export function settingName(typed: string): string {
  const short = typed.startsWith(`${SECTION}.`) ? typed.slice(SECTION.length + 1) : typed;
  const last = short.split('.').at(-1) ?? '';
  if (NAME.test(short) && /^[A-Za-z]/.test(last)) return `${SECTION}.${short}`;
  throw new OtError('OT_CONFIG_NAME', 'usage', 'that cannot name a setting', {
    hint: 'give a name such as enabled, tracking or security.regex.enabled',
  });
}

/** Checks what git does not. Throws `OT_CONFIG_VALUE` (exit 2). */
export function checkedSetting(name: string, value: string): { name: string; value: string; bool: boolean } {
  if (name === `${SECTION}.tracking` && !TRACKING.includes(value)) {
    throw new OtError('OT_CONFIG_VALUE', 'usage', `that is no value for ${name}`, {
      hint: 'give global or manual',
    });
  }
  if (OF_THE_BUCKET.test(name)) assertMeansSomething(name, value);
  return { name, value, bool: name.endsWith('.enabled') };
}

/** A push would refuse what is refused here. */
function assertMeansSomething(name: string, value: string): void {
  try {
    // git prints the last part in lower case.
    decodePolicySettings([{ name: name.replace(/[^.]*$/, (key) => key.toLowerCase()), value }]);
  } catch (error) {
    if (!(error instanceof OtError)) throw error;
    throw new OtError('OT_CONFIG_VALUE', 'usage', error.message, { hint: 'see: git ot bucket security -h' });
  }
}

/** Settings of the bucket, of which there is one: no repository of code has a say in them. */
const OF_THE_BUCKET = /^opentraces\.(?:security|bucket)\./i;

/**
 * The repository's own configuration inside one, the person's outside or with `--global`; always the person's for
 * what the bucket's policy is made of.
 */
export async function scopeOf(app: App, name: string, global: boolean): Promise<SettingScope> {
  if (global || OF_THE_BUCKET.test(name)) return 'global';
  return (await findCodeRepository(app.git, app.cwd)) === null ? 'global' : 'local';
}
