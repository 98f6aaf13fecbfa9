/** URLs of remotes: data that becomes an argument of git, so only forms that cannot be an option or a command pass. */
import { isAbsolute } from 'node:path';
import { OtError } from '../base/errors.ts';

const SCHEMES: ReadonlySet<string> = new Set(['https', 'http', 'ssh', 'git', 'git+ssh', 'ssh+git', 'file']);

/** True for an absolute path, a URL of a known scheme, or ssh's short form `[user@]host:path`. */
export function isRemoteUrl(url: string): boolean {
  if (url === '' || url.startsWith('-') || /[\x00-\x1f\x7f]/.test(url) || /^[A-Za-z0-9+.-]*::/.test(url)) {
    return false;
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\//.exec(url)?.[1];
  if (scheme !== undefined) return SCHEMES.has(scheme.toLowerCase()) && hostIsSafe(url);
  return isAbsolute(url) || /^(?:[^\s:@/-][^\s:@/]{0,200}@)?[^\s:@/-][^\s:@/]{0,255}:[^:\s]/.test(url);
}

/** A host that begins with a dash would be an option of ssh. */
function hostIsSafe(url: string): boolean {
  return !/^[^/]*\/\/(?:[^/@]*@)?-/.test(url);
}

/** Throws `OT_REMOTE_URL` unless {@link isRemoteUrl}. The message does not repeat the URL: it may hold a password. */
export function assertRemoteUrl(url: string): void {
  if (isRemoteUrl(url)) return;
  throw new OtError('OT_REMOTE_URL', 'usage', 'that URL cannot be used as a remote', {
    hint: 'Give an absolute path, an ssh URL or an https URL.',
  });
}
