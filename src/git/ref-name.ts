/** Names of refs: a name from data becomes a path and an argument, so it is checked first. */
import { OtError } from '../base/errors.ts';

/** True for a full ref name that `git check-ref-format` accepts and that lies under `refs/`. */
export function isRefName(name: string): boolean {
  if (!name.startsWith('refs/') || name.length > 1000) return false;
  if (/[\0- ~^:?*[\\\x7f]/.test(name) || name.includes('..') || name.includes('@{') || name.endsWith('.'))
    return false;
  return name.split('/').every((part) => part !== '' && !/^\.|\.lock$/.test(part));
}

/** Throws `OT_REF_NAME` unless {@link isRefName}. */
export function assertRefName(name: string): void {
  if (isRefName(name)) return;
  throw new OtError('OT_REF_NAME', 'usage', `${JSON.stringify(name.slice(0, 200))} is no valid ref name`);
}

/** Throws `OT_REF_NAME` unless `prefix` is a folder of refs: `refs/` or a ref name with a slash at its end. */
export function assertRefPrefix(prefix: string): void {
  if (prefix === 'refs/' || (prefix.endsWith('/') && isRefName(prefix.slice(0, -1)))) return;
  throw new OtError('OT_REF_NAME', 'usage', `${JSON.stringify(prefix.slice(0, 200))} is no folder of refs`);
}
