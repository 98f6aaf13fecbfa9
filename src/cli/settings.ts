/** Names and values of `git ot config`: section `opentraces` of git's own configuration. */
import { OtError } from '../base/errors.ts';
import { findCodeRepository } from '../git/code-repository.ts';
import type { SettingScope } from '../git/settings.ts';
import type { App } from './app.ts';

export const SECTION = 'opentraces';

const NAME = /^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*$/;
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
  return { name, value, bool: name.endsWith('.enabled') };
}

/** The repository's own configuration inside one, the person's outside or with `--global`. */
export async function scopeOf(app: App, global: boolean): Promise<SettingScope> {
  if (global) return 'global';
  return (await findCodeRepository(app.git, app.cwd)) === null ? 'global' : 'local';
}
