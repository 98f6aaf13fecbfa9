/** Making folders, level by level: node's own recursive `mkdir` never ends where the system makes none, as below `/proc`. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder `path` and those above it that are missing, all with `mode` (the umask counts); gives those it
 * made, the outermost first. Throws the system's error for the first level that cannot be made, such as
 * `EACCES`, or `EEXIST` where something else stands.
 */
export function makeFolders(path: string, mode = 0o777): string[] {
  return missingFolders(path).filter((folder) => makeFolder(folder, mode));
}

/** Those of the folder `path` and of the ones above it that are missing, the outermost first. */
export function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let at = path; !isFolder(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  return missing.reverse();
}

/** False when another process was faster. */
function makeFolder(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (!isFolder(path)) throw error;
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
