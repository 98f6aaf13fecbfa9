/** URLs of remotes: data that becomes an argument of git, so only forms that cannot be an option or a command pass. */
import { isAbsolute } from 'node:path';
import { OtError } from '../base/errors.ts';

const SCHEMES: ReadonlySet<string> = new Set(['https', 'http', 'ssh', 'git', 'git+ssh', 'ssh+git', 'file']);
const CONTROL = /[\x00-\x1f\x7f]/;

/** A user as a URL of http(s) names one, percent signs decoded. */
export interface UrlUser {
  readonly name: string;
  /** Null when the URL holds none. */
  readonly password: string | null;
}

/** True for an absolute path, a URL of a known scheme, or ssh's short form `[user@]host:path`. */
export function isRemoteUrl(url: string): boolean {
  if (url.trim() === '' || url.startsWith('-') || CONTROL.test(url) || /^[A-Za-z0-9+.-]*::/.test(url)) {
    return false;
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\//.exec(url)?.[1];
  if (scheme !== undefined) {
    return SCHEMES.has(scheme.toLowerCase()) && hostIsSafe(url) && URL.canParse(url) && userIsSafe(url);
  }
  return isAbsolute(url) || /^(?:[^\s:@/-][^\s:@/]{0,200}@)?[^\s:@/-][^\s:@/]{0,255}:[^:\s]/.test(url);
}

/** A host that begins with a dash would be an option of ssh. */
function hostIsSafe(url: string): boolean {
  return !/^[^/]*\/\/(?:[^/@]*@)?-/.test(url);
}

/** A password goes to http alone: every other program would get it as an argument, and use it for nothing. */
function userIsSafe(url: string): boolean {
  const raw = rawUser(url);
  if (raw === null) return true;
  if (!isHttp(url)) return !/[:@]/.test(raw);
  if (raw.includes('@')) return false;
  try {
    const { name, password } = decodedUser(raw);
    return !CONTROL.test(`${name}${password ?? ''}`);
  } catch {
    return false;
  }
}

/** The user of a URL of http or https that {@link isRemoteUrl} takes, and that URL without it. */
export function splitUser(url: string): { readonly url: string; readonly user: UrlUser | null } {
  const raw = isHttp(url) ? rawUser(url) : null;
  // An empty user with an empty password asks for the log-in of the system: git wants it in the URL.
  if (raw === null || raw === ':') return { url, user: null };
  const start = url.indexOf('//') + 2;
  const user = decodedUser(raw);
  return { url: url.slice(0, start) + url.slice(start + raw.length + 1), user };
}

/** True when the URL holds what others must not see: a password, or values behind a `?`. */
export function holdsSecret(url: string): boolean {
  const { user } = splitUser(url);
  return (user !== null && (user.password !== null || !isPlainName(user.name))) || /:\/\/[^?]*\?./.test(url);
}

function isHttp(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/** What stands before the last `@` of the host part. */
function rawUser(url: string): string | null {
  return /^[^/]*\/\/([^/?#]*)@/.exec(url)?.[1] ?? null;
}

function decodedUser(raw: string): UrlUser {
  const colon = raw.indexOf(':');
  if (colon < 0) return { name: decodeURIComponent(raw), password: null };
  return {
    name: decodeURIComponent(raw.slice(0, colon)),
    password: decodeURIComponent(raw.slice(colon + 1)),
  };
}

/** Hosts take a token in the place of the user too: only what reads like a name is shown. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z][A-Za-z._-]{0,18}\d{0,4}$/.test(name);
}

/** `text` with `***` for the password of every URL in it, for a user that may be a token, and for query values. */
export function maskUrls(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s/]*)@/gi, (_, scheme: string, user: string) => {
      return `${scheme}${maskedUser(scheme, user)}@`;
    })
    .replace(/[a-z][a-z0-9+.-]{0,20}:\/\/[^\s'"<>]*/gi, maskedQuery);
}

/** `text` without the user part of URLs, and with {@link maskUrls} for the rest: nobody's name stays. */
export function withoutUsers(text: string): string {
  return maskUrls(text.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/]*@/gi, '$1'));
}

function maskedUser(scheme: string, user: string): string {
  const [name = '', ...password] = user.split(':');
  const isShown = !user.includes('@') && (isPlainName(name) || !isHttp(`${scheme}x`));
  const shown = isShown ? name : '***';
  return password.length > 0 && isShown ? `${shown}:***` : shown;
}

function maskedQuery(url: string): string {
  const start = url.search(/[?#]/);
  if (start < 0) return url;
  const values = url
    .slice(start + 1)
    .split('&')
    .map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=***` : '***'));
  return `${url.slice(0, start + 1)}${values.join('&')}`;
}

/** Throws `OT_REMOTE_URL` unless {@link isRemoteUrl}. The message does not repeat the URL: it may hold a password. */
export function assertRemoteUrl(url: string): void {
  if (isRemoteUrl(url)) return;
  throw new OtError('OT_REMOTE_URL', 'usage', 'that URL cannot be used as a remote', {
    hint: 'Give an absolute path, an ssh URL without a password, or an https URL.',
  });
}
