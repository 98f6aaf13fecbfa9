/** Undoing what a test did to a folder by a copy of it from before: only what differs is written. */
import { cpSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `folder` becomes what `template` is, which must have been copied with its times. Nothing follows a link. */
export function restoreFolder(folder: string, template: string): void {
  for (const name of readdirSync(folder))
    if (stateOf(join(template, name)) === null) rmSync(join(folder, name), { recursive: true });
  for (const name of readdirSync(template)) {
    const [path, wanted] = [join(folder, name), join(template, name)];
    const [found, state] = [stateOf(path), stateOf(wanted)!];
    if (found === state && state.startsWith('folder')) restoreFolder(path, wanted);
    else if (found !== state) {
      rmSync(path, { recursive: true, force: true });
      cpSync(wanted, path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    }
  }
}

/** All by which a file that was written to is told from one that was not; null for none. */
function stateOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isDirectory()) return `folder ${stat.mode}`;
  return `${stat.mode} ${stat.size} ${Math.round(stat.mtimeMs)}`;
}
