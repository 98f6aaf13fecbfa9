/**
 * How a git child learns of a remote: by a name, whose URL stands in its environment. Arguments can be read
 * by every user of a machine, and git hands a URL on as an argument of its helpers, so a password goes apart
 * from the URL through a credential helper.
 */
import { splitUser, type UrlUser } from '../remote-url.ts';

export interface RemoteAddress {
  /** What stands in the place of the URL. */
  readonly name: string;
  /** Variables of the child. */
  readonly env: Readonly<Record<string, string>>;
}

/** No remote of a bucket can have this name (`bucket/shelves.ts`). */
const NAME = '_ot';

/** Answers with what its environment holds, for the host its setting is scoped to. */
const HELPER =
  '!f() { test "$1" = get && printf \'username=%s\\npassword=%s\\n\' "$GIT_OT_USER" "$GIT_OT_PASSWORD"; }; f';

/** Address of a URL that `assertRemoteUrl` took. */
export function remoteAddress(url: string): RemoteAddress {
  const { url: bare, user } = splitUser(url);
  const settings: [string, string][] = [
    [`remote.${NAME}.url`, bare],
    [`remote.${NAME}.followRemoteHEAD`, 'never'],
    ...credentialSettings(bare, user),
  ];
  const env: Record<string, string> = { GIT_CONFIG_COUNT: `${settings.length}` };
  for (const [index, [name, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = name;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  if (user !== null && user.password !== null) {
    env.GIT_OT_USER = user.name;
    env.GIT_OT_PASSWORD = user.password;
  }
  return { name: NAME, env };
}

/** Scoped to the host: a redirection to another one takes nothing along. */
function credentialSettings(url: string, user: UrlUser | null): [string, string][] {
  if (user === null) return [];
  const host = /^[^/]*\/\/[^/?#]*/.exec(url)![0];
  if (user.password === null) return [[`credential.${host}.username`, user.name]];
  // An empty value drops the helpers of the person: what the URL says wins, and is stored nowhere.
  return [
    [`credential.${host}.helper`, ''],
    [`credential.${host}.helper`, HELPER],
  ];
}
