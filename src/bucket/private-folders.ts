/** What lies in `$OT_HOME` is for its owner only, whatever the mode of that folder and the umask are. */
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that holds texts of sessions, or names and addresses of remotes; the files beside them are 0600. */
const PRIVATE = ['bucket.git', 'remotes', 'cache', 'spool'];

/**
 * Takes the folders from everyone else. The home itself is left as its maker wanted it. Where modes cannot be
 * set, as on some foreign file systems, nothing happens.
 */
export function closeFolders(home: string): void {
  for (const name of PRIVATE) close(join(home, name));
}

function close(path: string): void {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true && (stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch {
    return;
  }
}
